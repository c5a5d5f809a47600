import type { Span } from './decode.ts';

/** The spans that have arrived as an indented tree: siblings by name, each with how it ended and how many links it has. */
export function treeOf(spans: readonly Span[]): string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined): Span[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? !known.has(parentSpanId) : parentSpanId === parent,
      )
      .toSorted((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
  const show = (span: Span, depth: number): string[] => [
    '  '.repeat(depth) + lineOf(span),
    ...below(span.spanId).flatMap((child) => show(child, depth + 1)),
  ];
  return below(undefined).flatMap((span) => show(span, 0));
}

function lineOf({ name, attributes, status, links, events }: Span): string {
  const number = attributes['workflow.task.attempt'] ?? attributes['workflow.task.item'];
  const state = attributes['workflow.task.state'] ?? attributes['workflow.execution.state'];
  return [
    typeof number === 'number' ? `${name} ${number}` : name,
    ...(typeof state === 'string' ? [state] : []),
    ...(status === 'error' ? [`error=${String(attributes['error.type'])}`] : []),
    ...(links.length > 0 ? [`links=${links.length}`] : []),
    ...events.map((event) => `<${event.name}>`),
  ].join(' ');
}
