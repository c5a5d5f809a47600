import { type Ink, inkOf } from './glyphs.ts';
import type { Row } from './outline.ts';
import type { Scale } from './scale.ts';
import type { Phase } from './timeline.ts';

/** What each column of a line shows; nothing where nothing was done. */
export function barOf(row: Row, scale: Scale, columns: number): readonly (Ink | undefined)[] {
  const bar = new Array<Ink | undefined>(columns).fill(undefined);
  const covered = new Float64Array(columns);
  const draw = (ink: Ink, from: number, to: number): void => {
    const [start, end] = [scale.at(from) * columns, scale.at(to) * columns];
    for (let column = columnOf(start, columns); column < end && column < columns; column++) {
      const share = Math.min(end, column + 1) - Math.max(start, column);
      if (share <= (covered[column] ?? 0)) continue;
      covered[column] = share;
      bar[column] = ink;
    }
  };
  if (row.kind === 'folded') {
    for (const { from, to } of row.busy) draw('hidden', from, to);
    return bar;
  }
  const { phases } = row.span;
  for (const phase of phases) draw(inkOf(phase), phase.from, phase.to);
  // However short it was, that something ran, or failed, can be seen: the last of what shares a column with it is.
  for (const phase of phases) if (isNeverHidden(phase, phases)) show(bar, phase, scale);
  return bar;
}

function isNeverHidden({ attempt, end }: Phase, phases: readonly Phase[]): boolean {
  return attempt !== undefined && (end === 'failed' || phases.every((one) => one.end !== 'failed'));
}

function show(bar: (Ink | undefined)[], phase: Phase, scale: Scale): void {
  const column = columnOf(scale.at(phase.from) * bar.length, bar.length);
  const last = Math.max(column, Math.ceil(scale.at(phase.to) * bar.length) - 1);
  const ink = inkOf(phase);
  for (let at = column; at <= last; at++) if (bar[at] === ink) return;
  bar[column] = ink;
}

/** What is at the very end is in the last column. */
function columnOf(place: number, columns: number): number {
  return Math.max(0, Math.min(columns - 1, Math.floor(place)));
}
