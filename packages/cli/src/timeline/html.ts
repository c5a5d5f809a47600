import { createHash } from 'node:crypto';
import { formatInstant } from '../show/age.ts';
import { formatDuration } from '../show/format.ts';
import { nameOf } from '../show/run-view.ts';
import { escapeMarkup } from './markup.ts';
import { outline, type Row, type UnitRow } from './outline.ts';
import { spentIn } from './path-steps.ts';
import { type MarkupOptions, STYLE, svgOf } from './svg.ts';
import { DARK, LIGHT } from './svg-look.ts';
import type { RunSpan, Timeline } from './timeline.ts';
import {
  afterPhrase,
  foldPhrase,
  lengthOf,
  pathPhrase,
  remarkPhrase,
  runPhrase,
  stepPhrase,
} from './words.ts';

/** A timeline as one page that needs nothing else: no script, nothing from elsewhere, and it says so to the browser. */
export function toTimelineHtml(timeline: Timeline, { most }: MarkupOptions): string {
  const { run, notes } = timeline;
  const rows = outline(timeline, most);
  const title = run.workflow === '' ? `Run ${run.run}` : `${run.workflow} · run ${run.run}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hashOf(PAGE_STYLE)}'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeMarkup(title)}</h1>`,
    `<p>${escapeMarkup(`${runPhrase(run)}, begun ${formatInstant(run.from)}`)}</p>`,
    ...(run.error === undefined || run.state === 'succeeded'
      ? []
      : [`<p class="error">${escapeMarkup(run.error)}</p>`]),
    `<figure>${svgOf(timeline, rows, false)}</figure>`,
    ...notes.map((note) => `<p class="note">${escapeMarkup(note)}</p>`),
    ...pathTable(run, most),
    '<h2>Tasks</h2>',
    table(
      ['Task', 'State', 'Began', 'Length', 'Queued', 'Running', 'Attempts', ''],
      rows.map((row) => taskCells(row, run)),
    ),
    '</body>',
    '</html>',
  ].join('\n');
}

const PAGE_STYLE: string = [
  `body{margin:1.5rem;font:14px/1.5 system-ui,sans-serif;color:${LIGHT.text};background:${LIGHT.ground}}`,
  'h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:2rem}figure{margin:0;overflow-x:auto}',
  `table{border-collapse:collapse}th,td{text-align:start;padding:.15rem .8rem .15rem 0;border-bottom:1px solid ${LIGHT.grid};vertical-align:top}`,
  `th{font-weight:600}.note{color:${LIGHT.faint};max-width:60rem}.error{color:#cf222e}`,
  STYLE,
  `@media (prefers-color-scheme:dark){body{color:${DARK.text};background:${DARK.ground}}th,td{border-color:${DARK.grid}}.note{color:${DARK.faint}}.error{color:#f85149}}`,
].join('');

/** The browser takes this style and no other. */
function hashOf(style: string): string {
  return createHash('sha256').update(style).digest('base64');
}

function pathTable(run: RunSpan, most: number): string[] {
  const { criticalPath: path } = run;
  if (path.steps.length === 0) return [];
  const shown = path.steps.slice(0, most);
  const left = path.steps.length - shown.length;
  return [
    `<h2>Critical path</h2>`,
    `<p>${escapeMarkup([pathPhrase(path, run), afterPhrase(path, run) ?? ''].filter((part) => part !== '').join('; '))}</p>`,
    table(
      ['Task', 'Length', 'Spent'],
      shown.map((step) => [
        nameOf(step.task, step.item),
        formatDuration(step.to - step.from),
        stepPhrase(step, path),
      ]),
    ),
    ...(left === 0 ? [] : [`<p class="note">and ${left} more: --all shows them</p>`]),
  ];
}

function taskCells(row: Row, { from }: RunSpan): readonly string[] {
  if (row.kind === 'folded') return [`⋮ ${row.rows.length} more`, '', '', '', '', '', '', foldPhrase(row)];
  const { span } = row;
  const length = lengthOf(span);
  const spent = spentIn(span.phases);
  const [first] = span.phases;
  return [
    `${'\u2003'.repeat(row.depth)}${row.name}`,
    span.state.replace('_', ' '),
    first === undefined ? '' : `+${formatDuration(first.from - from)}`,
    length === undefined ? '' : formatDuration(length),
    spent.queued === undefined ? '' : formatDuration(spent.queued),
    spent.running === undefined ? '' : formatDuration(spent.running),
    span.attempts === 0 ? '' : String(span.attempts),
    remark(row),
  ];
}

function remark(row: UnitRow): string {
  return [row.isCritical ? '◆ critical path' : '', remarkPhrase(row)]
    .filter((part) => part !== '')
    .join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${cells(head, 'th')}</thead><tbody>${rows.map((row) => cells(row, 'td')).join('\n')}</tbody></table>`;
}
