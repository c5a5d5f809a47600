import type { Lanes } from './sharing.ts';

interface Signed {
  readonly isRing: boolean;
  readonly hasDependencies: boolean;
  /** Whether something depends on it. */
  readonly goesOn: boolean;
}

/** What stands for a task in its lane. */
export function signOf({ isRing, hasDependencies, goesOn }: Signed): string {
  if (isRing) return hasDependencies ? '◉' : '◎';
  if (goesOn) return hasDependencies ? '●' : '○';
  return hasDependencies ? '■' : '□';
}

interface Row {
  readonly lanes: Lanes;
  /** The lanes of what the task depends on … */
  readonly taps: ReadonlySet<number>;
  /** … and those of them that nothing else will need. */
  readonly ended: ReadonlySet<number>;
  /** Where the task's sign stands. */
  readonly own: number;
  readonly sign: string;
}

/** A task's row, without its words. */
export function drawRow({ lanes, taps, ended, own, sign }: Row): string {
  const from = Math.min(own, ...taps);
  const to = Math.max(own, ...taps);
  let row = '';
  for (let lane = 0; lane < Math.max(lanes.length, own + 1); lane++) {
    const crossed = lane > from && lane < to;
    if (lane === own) row += sign;
    else if (taps.has(lane)) row += meeting(lane === from, lane === to, ended.has(lane));
    else if (lanes[lane] !== undefined) row += '│';
    else row += crossed ? '─' : ' ';
    row += lane >= from && lane < to ? '─' : ' ';
  }
  return row.trimEnd();
}

function meeting(isFirst: boolean, isLast: boolean, ends: boolean): string {
  if (isFirst) return ends ? '╰' : '├';
  if (isLast) return ends ? '╯' : '┤';
  return ends ? '┴' : '┼';
}
