import type { FanOut } from '../model/fan-out.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { show } from './show.ts';

type Bad = (code: DiagnosticCode, message: string) => void;

const PERCENT = /^(\d+(?:\.\d+)?)%$/;

/** Checks how a task is fanned out. */
export function checkFanOut(fanOut: FanOut, report: Bad): void {
  const bad = (message: string): void => report('bad_fan_out', message);
  const { concurrency, join, collect, kind } = fanOut;
  if (concurrency !== undefined && concurrency !== Number.POSITIVE_INFINITY) {
    if (!Number.isInteger(concurrency) || concurrency < 1)
      bad(`concurrency is how many items may be under way, a whole number from 1, not ${show(concurrency)}`);
  }
  if (collect !== undefined && typeof collect !== 'boolean')
    bad(`collect is true or false, not ${show(collect)}`);
  if (join !== undefined && !isJoin(join))
    bad(`join is 'all', 'allSettled' or { tolerate: a count or a share such as '5%' }, not ${show(join)}`);
  if (kind === 'each') {
    if (typeof fanOut.select !== 'function') bad(`.forEach() takes a function that gives the items`);
    return;
  }
  const axes = Object.entries(fanOut.axes ?? {});
  if (axes.length === 0) bad(`.matrix() takes at least one axis, such as { region: ['eu', 'us'] }`);
  for (const [axis, values] of axes) {
    if (!Array.isArray(values)) bad(`axis '${axis}' of the matrix is a list of values, not ${show(values)}`);
  }
}

function isJoin(join: unknown): boolean {
  if (join === 'all' || join === 'allSettled') return true;
  if (typeof join !== 'object' || join === null || !('tolerate' in join)) return false;
  const { tolerate } = join;
  if (typeof tolerate === 'number') return Number.isInteger(tolerate) && tolerate >= 0;
  const [, share] = (typeof tolerate === 'string' && PERCENT.exec(tolerate)) || [];
  return share !== undefined && Number(share) <= 100;
}
