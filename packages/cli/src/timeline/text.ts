import cliTruncate from 'cli-truncate';
import type { Colors } from 'picocolors/types.js';
import stringWidth from 'string-width';
import { formatInstant } from '../show/age.ts';
import { formatDuration } from '../show/format.ts';
import { nameOf } from '../show/run-view.ts';
import { barOf } from './bar.ts';
import { type Glyphs, type Ink, INK_WORDS, paintInk } from './glyphs.ts';
import { plainLine } from '../show/printable.ts';
import { outline, type Row } from './outline.ts';
import { type Scale, scaleOf } from './scale.ts';
import type { RunSpan, Timeline } from './timeline.ts';
import { afterPhrase, foldPhrase, pathPhrase, rowPhrase, runPhrase, stepPhrase } from './words.ts';

export interface TextOptions {
  /** How wide a line may be. */
  readonly columns: number;
  /** So many tasks and items have a line at most. */
  readonly most: number;
  readonly colours: Colors;
  readonly glyphs: Glyphs;
}

/** The narrowest that anything can be said in. */
const LEAST_COLUMNS = 40;
/** Beside the bar: mark, path, two gaps. */
const FRAME = 6;
const LEAST_BAR = 12;

/** A timeline for a terminal, no wider than it. */
export function toTimelineText(timeline: Timeline, options: TextOptions): string {
  const columns = Math.max(LEAST_COLUMNS, options.columns);
  const rows = outline(timeline, options.most);
  const scale = scaleOf(timeline);
  const widths = widthsFor(rows, columns, options);
  const inks = new Set<Ink>();
  const lines = rows.map((row) => rowLine(row, scale, widths, inks, options));
  const { run, notes } = timeline;
  const { colours } = options;
  return [
    ...headLines(run, options),
    '',
    ...axisLines(scale, widths, options),
    ...lines,
    '',
    ...legendLines(inks, rows, scale, columns, options),
    '',
    ...pathLines(run, options),
    ...(notes.length === 0 ? [] : ['']),
    ...notes.flatMap((note) => wrapped(note.split(' '), ' ', columns).map((line) => colours.dim(line))),
  ]
    .map((line) => options.glyphs.fit(cliTruncate(line, columns)))
    .join('\n');
}

interface Widths {
  readonly name: number;
  readonly bar: number;
  readonly detail: number;
}

/** Names and remarks take what they need, up to a third each; the bar has the rest. */
function widthsFor(rows: readonly Row[], columns: number, options: TextOptions): Widths {
  const third = Math.floor((columns - FRAME) / 3);
  const widest = (texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, stringWidth(text)), 0);
  const name = Math.min(third, widest(rows.map((row) => nameText(row, options))));
  const detail = Math.min(third, widest(rows.map(detailText)));
  return { name, detail, bar: Math.max(LEAST_BAR, columns - FRAME - name - detail) };
}

function headLines(
  { workflow, run, state, error, from, ...rest }: RunSpan,
  { colours }: TextOptions,
): string[] {
  const title = workflow === '' ? `run ${run}` : `${workflow} · run ${run}`;
  return [
    colours.bold(plainLine(title)),
    `${runPhrase({ workflow, run, state, from, ...rest })}, begun ${formatInstant(from)}`,
    ...(error === undefined || state === 'succeeded' ? [] : [colours.red(error)]),
  ];
}

function axisLines(scale: Scale, { name, bar }: Widths, { colours, glyphs }: TextOptions): string[] {
  const line = new Array<string>(bar).fill(' ');
  const columnOf = (place: number): number => Math.min(bar - 1, Math.floor(place * bar));
  for (const { place } of scale.cuts) line[columnOf(place)] = glyphs.cut;
  const ticks = scale.ticks(Math.max(2, Math.floor(bar / 10)));
  // How much was cut is said first, and the rest where there is room left.
  for (const { place, label } of ticks.toSorted(
    (one, other) => Number(other.isAfterCut) - Number(one.isAfterCut),
  )) {
    const text = `|${label}`;
    const column = columnOf(place);
    const isFree =
      column + text.length <= bar &&
      line.slice(column, column + text.length + 1).every((character) => character === ' ') &&
      (column === 0 || line[column - 1] === ' ' || line[column - 1] === glyphs.cut);
    if (!isFree) continue;
    for (let offset = 0; offset < text.length; offset++) line[column + offset] = text.charAt(offset);
  }
  return [colours.dim(`${' '.repeat(name + 4)}${line.join('')}`.trimEnd())];
}

function rowLine(row: Row, scale: Scale, widths: Widths, inks: Set<Ink>, options: TextOptions): string {
  const { colours, glyphs } = options;
  const cells = barOf(row, scale, widths.bar);
  for (const ink of cells) if (ink !== undefined) inks.add(ink);
  const name = padded(nameText(row, options), widths.name);
  const detail = cliTruncate(detailText(row), widths.detail);
  const bar = barText(cells, options);
  if (row.kind === 'folded')
    return (
      colours.dim(`${glyphs.folded}   ${name}  `.slice(0, widths.name + 4)) + `${bar}  ${colours.dim(detail)}`
    );
  const critical = row.isCritical ? glyphs.critical : ' ';
  return `${mark(row, options)} ${row.isCritical ? colours.bold(name) : name} ${critical}${bar}  ${colours.dim(detail)}`;
}

function mark({ span }: Extract<Row, { readonly span: unknown }>, { colours, glyphs }: TextOptions): string {
  const glyph = glyphs.states[span.state];
  switch (span.state) {
    case 'succeeded':
      return colours.green(glyph);
    case 'failed':
      return colours.red(glyph);
    case 'running':
    case 'waiting':
      return colours.cyan(glyph);
    case 'retrying':
      return colours.yellow(glyph);
    case 'pending':
    case 'queued':
    case 'upstream_failed':
    case 'skipped':
    case 'cancelled':
      return colours.dim(glyph);
  }
}

/** Neighbours of one kind are painted at once. */
function barText(cells: readonly (Ink | undefined)[], { colours, glyphs }: TextOptions): string {
  let text = '';
  for (let start = 0; start < cells.length;) {
    let end = start;
    while (end < cells.length && cells[end] === cells[start]) end++;
    const ink = cells[start];
    text +=
      ink === undefined
        ? ' '.repeat(end - start)
        : paintInk(ink, glyphs.inks[ink].repeat(end - start), colours);
    start = end;
  }
  return text;
}

function nameText(row: Row, { glyphs }: TextOptions): string {
  const indent = '  '.repeat(Math.max(0, row.depth - 1));
  return row.kind === 'folded' ? `${indent}…` : indent + plainLine(row.name).replaceAll('› ', glyphs.below);
}

function detailText(row: Row): string {
  return plainLine(row.kind === 'folded' ? foldPhrase(row) : rowPhrase(row));
}

function padded(text: string, width: number): string {
  const cut = cliTruncate(text, width);
  return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)));
}

/** Only what the picture has. */
function legendLines(
  inks: ReadonlySet<Ink>,
  rows: readonly Row[],
  { cuts }: Scale,
  columns: number,
  { glyphs, colours }: TextOptions,
): readonly string[] {
  const shown = (Object.keys(INK_WORDS) as Ink[]).filter((ink) => inks.has(ink));
  const hasPath = rows.some((row) => row.kind !== 'folded' && row.isCritical);
  const entries = [
    ...shown.map((ink) => `${paintInk(ink, glyphs.inks[ink], colours)} ${INK_WORDS[ink]}`),
    ...(hasPath ? [`${glyphs.critical} critical path`] : []),
    ...(cuts.length === 0 ? [] : [`${glyphs.cut} cut: nothing was done for ${cutLengths(cuts)}`]),
  ];
  return wrapped(entries, '   ', columns);
}

function cutLengths(cuts: Scale['cuts']): string {
  return cuts.map(({ from, to }) => formatDuration(to - from)).join(', ');
}

/** So many steps of a path are told, of a longer one those that took longest; unless all are asked for. */
const MOST_STEPS = 12;

function pathLines(run: RunSpan, options: TextOptions): string[] {
  const { colours, most } = options;
  const { criticalPath: path } = run;
  if (path.steps.length === 0) return ['critical path: nothing has run'];
  const longest = path.steps
    .toSorted((one, other) => other.to - other.from - (one.to - one.from))
    .slice(0, Number.isFinite(most) ? Math.min(most, MOST_STEPS) : most);
  const kept = new Set(longest);
  const shown = path.steps.filter((step) => kept.has(step));
  const rows = shown.map((step) => [
    plainLine(nameOf(step.task, step.item)),
    formatDuration(step.to - step.from),
    plainLine(stepPhrase(step, path)),
  ]);
  const widths = [0, 1].map((column) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[column] ?? '')), 0),
  );
  const left = path.steps.length - shown.length;
  const after = afterPhrase(path, run);
  return [
    `${colours.bold('critical path')}: ${pathPhrase(path, run)}`,
    ...rows.flatMap(([name = '', length = '', rest = '']) => {
      const start = `  ${name}${' '.repeat((widths[0] ?? 0) - stringWidth(name))}  ${length.padStart(widths[1] ?? 0)}  `;
      const said = wrapped(rest.split('; '), '; ', options.columns - start.length);
      return said.map(
        (line, index) => `${index === 0 ? start : ' '.repeat(start.length)}${colours.dim(line)}`,
      );
    }),
    ...(left === 0 ? [] : [colours.dim(`  and ${left} shorter (--all)`)]),
    ...(after === undefined ? [] : [`  ${after}`]),
  ];
}

/** Entries side by side, as many on a line as have room. */
function wrapped(entries: readonly string[], gap: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last === undefined || stringWidth(`${last}${gap}${entry}`) > columns) lines.push(entry);
    else lines[lines.length - 1] = `${last}${gap}${entry}`;
  }
  return lines;
}
