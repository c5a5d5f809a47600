import { formatDuration } from '../show/format.ts';
import { type Ink, INK_WORDS, inkOf } from './glyphs.ts';
import { coordinate, escapeMarkup } from './markup.ts';
import { extentOf, outline, type Row } from './outline.ts';
import { type Scale, scaleOf } from './scale.ts';
import { clipped, CHART, DARK, FILLS, LIGHT, WIDTH } from './svg-look.ts';
import type { Timeline } from './timeline.ts';
import { foldPhrase, pathPhrase, phasePhrase, rowPhrase, runPhrase } from './words.ts';

export interface MarkupOptions {
  /** So many tasks and items have a line at most. */
  readonly most: number;
}

const TITLE = 42;
const HEAD = 64;
const LINE = 22;
const BAR = 12;

/**
 * A timeline as one SVG picture that needs nothing else: light or dark as its reader's screen is, and light where styles are forbidden.
 * What a bar stands for is said where it is pointed at.
 */
export function toTimelineSvg(timeline: Timeline, options: MarkupOptions): string {
  return svgOf(timeline, outline(timeline, options.most), true);
}

/** @param isAlone It is a file of its own, and not part of a page that styles it and says what it shows. */
export function svgOf(timeline: Timeline, rows: readonly Row[], isAlone: boolean): string {
  const { run, notes } = timeline;
  const scale = scaleOf(timeline);
  const foot = HEAD + rows.length * LINE;
  const lines = isAlone ? notes.flatMap((note) => wrap(note, 150)) : [];
  // A page has said already which run it is.
  const top = isAlone ? 0 : TITLE;
  const height = foot + 58 + lines.length * 16;
  const title = run.workflow === '' ? `Run ${run.run}` : `Timeline of ${run.workflow}, run ${run.run}`;
  const path = `Critical path: ${pathPhrase(run.criticalPath, run)}`;
  const inks = new Set<Ink>();
  const drawn = rows.map((row, index) => rowOf(row, HEAD + index * LINE, scale, run.from, inks));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 ${top} ${WIDTH} ${height - top}" width="${WIDTH}" height="${height - top}" role="img" aria-labelledby="timeline-title timeline-desc" font-family="system-ui, sans-serif" font-size="12" fill="${LIGHT.text}" class="timeline">`,
    `<title id="timeline-title">${escapeMarkup(title)}</title>`,
    `<desc id="timeline-desc">${escapeMarkup(`${runPhrase(run)}. ${path}: ${run.criticalPath.steps.map(({ task }) => task).join(', ')}.`)}</desc>`,
    ...(isAlone ? [`<style>${STYLE}</style>`] : []),
    `<rect class="ground" width="${WIDTH}" height="${height}" fill="${LIGHT.ground}"/>`,
    `<text x="12" y="20" font-size="14" font-weight="600">${escapeMarkup(clipped(title, 120))}</text>`,
    `<text x="12" y="38" class="faint" fill="${LIGHT.faint}">${escapeMarkup(clipped(`${runPhrase(run)} · ${path}`, 150))}</text>`,
    ...axisOf(scale, foot),
    ...drawn,
    ...pathLine(rows, scale),
    legendOf(inks, foot + 28, rows),
    ...lines.map(
      (line, index) =>
        `<text x="12" y="${foot + 54 + index * 16}" class="faint" fill="${LIGHT.faint}">${escapeMarkup(line)}</text>`,
    ),
    '</svg>',
  ].join('\n');
}

/** The colours of a picture, for a screen that is light and one that is dark. */
export const STYLE: string = [
  ...Object.entries(FILLS).map(([ink, [light]]) => `.timeline .${ink}{fill:${light}}`),
  '.timeline .outline{fill:none}',
  '@media (prefers-color-scheme:dark){',
  `.timeline{fill:${DARK.text}}.timeline .ground{fill:${DARK.ground}}.timeline .faint{fill:${DARK.faint}}`,
  `.timeline .grid{stroke:${DARK.grid}}.timeline .path{stroke:${DARK.path}}`,
  ...Object.entries(FILLS).map(([ink, [, dark]]) => `.timeline .${ink}{fill:${dark}}`),
  '}',
].join('');

function xOf(instant: number, scale: Scale): number {
  return CHART.left + scale.at(instant) * CHART.width;
}

/** So much of the axis a label takes: the one that says how much was cut has it first. */
const ROOM = 0.09;

function axisOf(scale: Scale, foot: number): string[] {
  const ticks = scale.ticks(8);
  const cuts = ticks.filter(({ isAfterCut }) => isAfterCut);
  const shown = ticks.filter(
    ({ place, isAfterCut }) =>
      isAfterCut || cuts.every((cut) => place > cut.place || cut.place - place > ROOM),
  );
  const lines = shown.map(({ place, label }) => {
    const x = coordinate(CHART.left + place * CHART.width);
    return `<path class="grid" stroke="${LIGHT.grid}" d="M${x} ${HEAD - 4}V${foot}"/><text x="${x}" y="${HEAD - 8}" class="faint" fill="${LIGHT.faint}" font-size="11" text-anchor="${place > 0.97 ? 'end' : 'start'}">${escapeMarkup(label)}</text>`;
  });
  const gaps = scale.cuts.map(({ from, to, place }) => {
    const x = coordinate(CHART.left + place * CHART.width);
    const said = escapeMarkup(`Cut: nothing was done for ${formatDuration(to - from)}`);
    return `<g><title>${said}</title><path class="grid" stroke="${LIGHT.grid}" stroke-width="6" stroke-dasharray="2 4" d="M${x} ${HEAD - 4}V${foot}"/></g>`;
  });
  return [...lines, ...gaps];
}

function rowOf(row: Row, y: number, scale: Scale, origin: number, inks: Set<Ink>): string {
  const middle = y + LINE / 2;
  const indent = 24 + Math.min(row.depth, 6) * 12;
  const room = Math.floor((CHART.left - indent - 8) / 6.6);
  const said = row.kind === 'folded' ? foldPhrase(row) : rowPhrase(row);
  const name = row.kind === 'folded' ? `⋮ ${row.rows.length} more` : row.name;
  const weight = row.kind !== 'folded' && row.isCritical ? ' font-weight="600"' : '';
  const faint = row.kind === 'folded' ? ` class="faint" fill="${LIGHT.faint}"` : '';
  return [
    `<g><title>${escapeMarkup(row.kind === 'folded' ? said : `${row.name}: ${said}`)}</title>`,
    row.kind === 'folded' ? '' : markOf(row, middle),
    `<text x="${indent}" y="${middle + 4}"${weight}${faint}>${escapeMarkup(clipped(name, room))}</text>`,
    `<text x="${CHART.left + CHART.width + 10}" y="${middle + 4}" class="faint" fill="${LIGHT.faint}" font-size="11">${escapeMarkup(clipped(said, 42))}</text></g>`,
    ...barsOf(row, middle, scale, origin, inks),
  ].join('');
}

const STATE_INKS = {
  succeeded: ['running', '✔'],
  failed: ['failed', '✖'],
  cancelled: ['lost', '◼'],
  skipped: ['lost', '○'],
  upstream_failed: ['lost', '⊘'],
  pending: ['lost', '·'],
  queued: ['lost', '·'],
  running: ['waiting', '▸'],
  retrying: ['retrying', '↻'],
  waiting: ['waiting', '◔'],
} as const;

function markOf({ span }: Extract<Row, { readonly span: unknown }>, middle: number): string {
  const [ink, glyph] = STATE_INKS[span.state];
  return `<text x="8" y="${middle + 4}" class="${ink}" fill="${FILLS[ink][0]}">${glyph}</text>`;
}

function barsOf(row: Row, middle: number, scale: Scale, origin: number, inks: Set<Ink>): string[] {
  const bar = (ink: Ink, from: number, to: number, said: string): string => {
    inks.add(ink);
    const [start, end] = [xOf(from, scale), xOf(to, scale)];
    const height = THICKNESS[ink];
    const at = `x="${coordinate(start)}" y="${coordinate(middle - height / 2)}" width="${coordinate(Math.max(1, end - start))}" height="${height}"`;
    const title = said === '' ? '/>' : `><title>${escapeMarkup(said)}</title></rect>`;
    return `<rect class="${ink}" fill="${FILLS[ink][0]}" ${at}${title}`;
  };
  if (row.kind === 'folded') return row.busy.map(({ from, to }) => bar('hidden', from, to, ''));
  return row.span.phases.map((phase) =>
    bar(inkOf(phase), phase.from, phase.to, `${row.name}: ${phasePhrase(phase, origin)}`),
  );
}

/** What only waits is thin, so that it is told from what runs without its colour. */
const THICKNESS: Readonly<Record<Ink, number>> = {
  queued: 3,
  running: BAR,
  failed: BAR - 4,
  lost: BAR - 4,
  retrying: 5,
  waiting: 3,
  undoing: BAR - 4,
  interrupted: 1,
  hidden: 6,
};

/** From task to task of the critical path, as far as they have lines. */
function pathLine(rows: readonly Row[], scale: Scale): string[] {
  const stops = rows.flatMap((row, index) => {
    if (row.kind !== 'task' || !row.isCritical || row.depth > 0) return [];
    const extent = extentOf(row.span);
    if (extent === undefined) return [];
    const y = HEAD + index * LINE + LINE / 2 + BAR / 2 + 2;
    return {
      from: xOf(row.span.readyAt ?? extent.from, scale),
      to: xOf(row.span.endedAt ?? extent.to, scale),
      y,
    };
  });
  if (stops.length === 0) return [];
  const steps = stops.map(
    ({ from, to, y }, index) => `${index === 0 ? 'M' : 'L'}${coordinate(from)} ${y}L${coordinate(to)} ${y}`,
  );
  return [
    `<path class="path" fill="none" stroke="${LIGHT.path}" stroke-width="1.5" d="${steps.join('')}"><title>Critical path</title></path>`,
  ];
}

function legendOf(inks: ReadonlySet<Ink>, y: number, rows: readonly Row[]): string {
  let x = 12;
  const known = (Object.keys(INK_WORDS) as Ink[]).filter((ink) => inks.has(ink));
  const entries = known.map((ink) => {
    const height = THICKNESS[ink];
    const entry = `<rect class="${ink}" fill="${FILLS[ink][0]}" x="${x}" y="${coordinate(y - 4 - height / 2)}" width="16" height="${height}"/><text x="${x + 22}" y="${y}" font-size="11" class="faint" fill="${LIGHT.faint}">${INK_WORDS[ink]}</text>`;
    x += 22 + INK_WORDS[ink].length * 5.8 + 18;
    return entry;
  });
  const hasPath = rows.some((row) => row.kind === 'task' && row.isCritical);
  if (hasPath)
    entries.push(
      `<path class="path" stroke="${LIGHT.path}" stroke-width="1.5" d="M${coordinate(x)} ${y - 4}h16"/><text x="${coordinate(x + 22)}" y="${y}" font-size="11" class="faint" fill="${LIGHT.faint}">critical path</text>`,
    );
  return `<g>${entries.join('')}</g>`;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
