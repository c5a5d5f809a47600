import { formatDuration } from '../show/format.ts';
import { union } from './outline.ts';
import type { RunSpan, Span, Timeline, UnitSpan } from './timeline.ts';

/** A stretch of time in which nothing was done, drawn shorter than it was. */
interface Cut extends Span {
  /** Where its middle is, from 0 to 1. */
  readonly place: number;
}

interface Tick {
  readonly place: number;
  readonly label: string;
  /** It is the first after a cut. */
  readonly isAfterCut: boolean;
}

/** Where in a picture an instant is. */
export interface Scale {
  /** From 0 to 1. */
  at(instant: number): number;
  readonly cuts: readonly Cut[];
  /** @param most So many at most. */
  ticks(most: number): readonly Tick[];
}

interface Piece extends Span {
  readonly isCut: boolean;
  readonly start: number;
  readonly end: number;
}

/** Idle times are cut where together they would take more than this part of the picture … */
const IDLE_SHARE = 0.5;
/** … those of them that take more than this part by themselves … */
const CUT_SHARE = 0.1;
/** … down to this part. */
const CUT_WIDTH = 0.04;

/** From the first instant of a timeline to its last. Waits of days, in which nothing was done, do not leave seconds of work no room. */
export function scaleOf({ run }: Timeline): Scale {
  const busy: Span[] = [];
  let to = run.to;
  eachUnit(run, ({ phases }) => {
    for (const { kind, ...span } of phases) {
      to = Math.max(to, span.to);
      // What ran a run that waits, waits.
      if (kind !== 'waiting' && kind !== 'interrupted') busy.push(span);
    }
  });
  const pieces = place(split({ from: run.from, to }, union(busy)));
  const at = (instant: number): number => {
    const piece = pieces.find((one) => instant <= one.to) ?? pieces.at(-1);
    if (piece === undefined) return 0;
    const share = piece.to === piece.from ? 0 : (instant - piece.from) / (piece.to - piece.from);
    return piece.start + Math.min(1, Math.max(0, share)) * (piece.end - piece.start);
  };
  return {
    at,
    cuts: pieces.flatMap(({ isCut, from, to: end, start, end: right }) =>
      isCut ? { from, to: end, place: (start + right) / 2 } : [],
    ),
    ticks: (most) => ticksOf(pieces, run.from, most),
  };
}

function eachUnit({ tasks }: RunSpan, visit: (unit: UnitSpan) => void): void {
  for (const task of tasks) {
    for (const unit of [task, ...task.items]) {
      visit(unit);
      for (const run of unit.runs) eachUnit(run, visit);
    }
  }
}

/** The whole as pieces that are shown, and those that are cut. */
function split(whole: Span, busy: readonly Span[]): readonly (Span & { readonly isCut: boolean })[] {
  const length = whole.to - whole.from;
  const idle: Span[] = [];
  let at = whole.from;
  for (const { from, to } of [...busy, { from: whole.to, to: whole.to }]) {
    if (from > at) idle.push({ from: at, to: from });
    at = Math.max(at, to);
  }
  const total = idle.reduce((sum, { from, to }) => sum + to - from, 0);
  const cuts =
    total > length * IDLE_SHARE ? idle.filter(({ from, to }) => to - from > length * CUT_SHARE) : [];
  const pieces: (Span & { readonly isCut: boolean })[] = [];
  at = whole.from;
  for (const { from, to } of cuts) {
    if (from > at) pieces.push({ from: at, to: from, isCut: false });
    pieces.push({ from, to, isCut: true });
    at = to;
  }
  if (at < whole.to || pieces.length === 0) pieces.push({ from: at, to: whole.to, isCut: false });
  return pieces;
}

function place(pieces: readonly (Span & { readonly isCut: boolean })[]): readonly Piece[] {
  const kept = pieces.filter(({ isCut }) => !isCut);
  const length = kept.reduce((sum, { from, to }) => sum + to - from, 0);
  // Where nothing was ever done, all there is to see is the wait.
  const cut = length === 0 ? 1 / Math.max(1, pieces.length - kept.length) : CUT_WIDTH;
  const room = length === 0 ? 0 : 1 - cut * (pieces.length - kept.length);
  let start = 0;
  return pieces.map(({ from, to, isCut }) => {
    const end = start + (isCut ? cut : length === 0 ? 1 : (room * (to - from)) / length);
    const piece: Piece = { from, to, isCut, start, end };
    start = end;
    return piece;
  });
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS: readonly number[] = [
  ...[1, 10, 100].flatMap((n) => [n, 2 * n, 5 * n]),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
];

function ticksOf(pieces: readonly Piece[], origin: number, most: number): readonly Tick[] {
  const kept = pieces.filter(({ isCut }) => !isCut);
  const length = kept.reduce((sum, { from, to }) => sum + to - from, 0);
  const step = STEPS.find((one) => length / one <= most) ?? Math.ceil(length / most / DAY) * DAY;
  return kept.flatMap((piece): readonly Tick[] => {
    const { from, to, start, end } = piece;
    // After a cut, how long it took since then is what is looked for: the first instant says when that is.
    if (from > origin)
      return [{ place: start, label: `+${formatDuration(from - origin)}`, isAfterCut: true }];
    const count = length === 0 ? 1 : Math.floor((to - from) / step) + 1;
    return Array.from({ length: count }, (_, number) => ({
      place: length === 0 ? start : start + ((number * step) / (to - from)) * (end - start),
      label: tickLabel(number * step),
      isAfterCut: false,
    }));
  });
}

/** `0`, `250 ms`, `1.5 s`, `2 m`, `1 m 30 s`, `3 h`, `2 d 12 h`. */
function tickLabel(ms: number): string {
  if (ms === 0) return '0';
  if (ms < SECOND) return `${ms} ms`;
  if (ms < MINUTE) return `${ms / SECOND} s`;
  const parts = [
    [Math.floor(ms / DAY), 'd'],
    [Math.floor((ms % DAY) / HOUR), 'h'],
    [Math.floor((ms % HOUR) / MINUTE), 'm'],
    [Math.floor((ms % MINUTE) / SECOND), 's'],
  ] as const;
  return parts.flatMap(([number, unit]) => (number === 0 ? [] : `${number} ${unit}`)).join(' ');
}
