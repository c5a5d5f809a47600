import { ATTRIBUTES, SPAN_EVENTS, SPANS } from '../../packages/core/src/telemetry/attributes.ts';
import { BUCKETS, LIMITS, METRIC_ATTRIBUTES, METRICS } from '../../packages/core/src/telemetry/metrics.ts';

/** What stands between these two lines is made from the code that emits it. */
const MADE = /(?<begin><!-- made: (?<name>[\w-]+) -->\n)(?<made>.*?)(?<end>\n<!-- made until here -->)/gs;

const PARTS: Readonly<Record<string, () => string>> = {
  spans: () =>
    table(
      ['span', 'what it is'],
      Object.entries(SPANS).map(([name, meaning]) => [code(nameOf(name)), meaning]),
    ),
  attributes: () =>
    table(
      ['attribute', 'on', 'type', 'what it says'],
      Object.entries(ATTRIBUTES).map(([name, [on, type, meaning]]) => [code(name), on, type, meaning]),
    ),
  events: () =>
    table(
      ['span event', 'on', 'attributes', 'what happened'],
      Object.entries(SPAN_EVENTS).map(([name, [on, attributes, meaning]]) => [
        code(name),
        on,
        codes(attributes === '' ? [] : attributes.split(', ')),
        meaning,
      ]),
    ),
  metrics: () =>
    table(
      ['metric', 'instrument', 'unit', 'attributes', 'what it says'],
      Object.entries(METRICS).map(([name, [instrument, unit, attributes, meaning]]) => [
        code(name),
        instrument,
        code(unit),
        codes(attributes),
        meaning,
      ]),
    ),
  'metric-attributes': () =>
    table(
      ['attribute', 'what it says', 'told apart at most'],
      Object.entries(METRIC_ATTRIBUTES).map(([name, meaning]) => {
        const limit = name in LIMITS ? LIMITS[name as keyof typeof LIMITS] : undefined;
        return [code(name), meaning, limit === undefined ? '' : limit.toLocaleString('en')];
      }),
    ),
  buckets: () => `\`${BUCKETS.join(', ')}\``,
};

/** A page with its tables as the code says them now. */
export function withTables(page: string): string {
  return page.replaceAll(MADE, (...found) => {
    const { begin = '', name = '', end = '' } = found.at(-1) as Readonly<Record<string, string>>;
    const make = PARTS[name];
    if (make === undefined)
      throw new Error(`no table is called '${name}'; there are ${Object.keys(PARTS).join(', ')}`);
    return `${begin}\n${make()}\n${end}`;
  });
}

/** The names of the tables that a page has. */
export function tablesIn(page: string): readonly string[] {
  return Array.from(page.matchAll(MADE), ({ groups }) => groups?.['name'] ?? '');
}

export const TABLES: readonly string[] = Object.keys(PARTS);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The ID that follows it stands for what the definition calls it. */
function nameOf(span: string): string {
  return `${span} ${span === 'workflow.run' || span === 'workflow.start' ? '<workflow>' : '<task>'}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function codes(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}
