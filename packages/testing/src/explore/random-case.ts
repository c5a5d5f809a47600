import type { PlannedTask } from '@wf-sdk/core';
import { isTimed } from '../run/after.ts';
import type { Failure, FailurePlan } from '../run/failures.ts';
import { isGate } from '../run/gate.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import { pick, type Random, seededRandom } from '../run/random.ts';
import type { EventMatch } from '../run/test-options.ts';
import type { Case } from './case.ts';
import { escalates, stubbedValue } from './path-choices.ts';

/** What cases are made of. */
export interface Ground {
  readonly tasks: readonly PlannedTask[];
  /** Those that may be made to fail. */
  readonly failing: readonly PlannedTask[];
  readonly options: LooseOptions;
  readonly errorOf: (task: string) => Failure;
  /** On what runs may be cancelled; none where they may not. */
  readonly cancelPoints: readonly EventMatch[];
}

/** So many tasks fail at the most, in the last case. */
const MOST_FAILURES = 4;
/** The first item, or one soon after: there may be no others. */
const FIRST_ITEMS = [0, 1, 2] as const;

/**
 * The case that a seed stands for. The first one is the plainest, with nothing in it; the nearer the last one, the more fails.
 *
 * @param seed From 1 to `last`.
 */
export function randomCase(seed: number, last: number, ground: Ground): Case {
  const decisions = (random: Random): Case['decisions'] => randomDecisions(ground, random);
  if (seed === 1) return { failures: {}, delays: {}, decisions: decisions(() => 0) };
  const random = seededRandom(seed);
  const { options, cancelPoints } = ground;
  const most = Math.ceil((MOST_FAILURES * (seed - 1)) / last);
  const concurrency =
    options.concurrency === undefined && options.mode !== 'sequential'
      ? pick(random, [undefined, undefined, 1, 2, 4])
      : undefined;
  const [first, ...others] = cancelPoints;
  const cancelOn = first !== undefined && random() < 0.5 ? pick(random, [first, ...others]) : undefined;
  return {
    seed,
    ...(concurrency !== undefined && { concurrency }),
    failures: randomFailures(ground, Math.floor(random() * (most + 1)), random),
    delays: random() < 0.5 ? {} : randomDelays(ground, random),
    decisions: decisions(random),
    ...(cancelOn !== undefined && { cancelOn }),
  };
}

function randomFailures(ground: Ground, count: number, random: Random): Case['failures'] {
  const left = [...ground.failing];
  const failures = new Map<PlannedTask, FailurePlan>();
  for (let number = 0; number < count; number++) {
    const [task] = left.splice(Math.floor(random() * left.length), 1);
    if (task !== undefined) failures.set(task, randomFailure(task, ground, random));
  }
  const inOrder = [...failures].toSorted(([one], [other]) => one.index - other.index);
  return Object.fromEntries(inOrder.map(([{ id }, plan]) => [id, plan]));
}

function randomFailure(task: PlannedTask, { errorOf, options }: Ground, random: Random): FailurePlan {
  const error = errorOf(task.id);
  const { recover, fanOut } = task.definition;
  const isRetried = recover?.some(
    ({ action }) => action.type === 'retry' || action.type === 'run_then_retry',
  );
  const attempts = Math.max(task.retry?.attempts ?? 1, isRetried === true ? 2 : 1);
  const plans: [() => FailurePlan, ...(() => FailurePlan)[]] = [() => error];
  if (attempts > 1)
    plans.push(() => Array.from({ length: 1 + Math.floor(random() * (attempts - 1)) }, () => error));
  if (task.timeoutMs !== undefined)
    plans.push(
      () => 'timeout',
      () => ['timeout'],
    );
  // Something has to end it.
  if (task.deadlineMs !== undefined || options.timeout !== undefined) plans.push(() => 'hang');
  if (fanOut !== undefined) plans.push(() => ({ items: { [pick(random, FIRST_ITEMS)]: error } }));
  return pick(random, plans)();
}

/** Stubs that say how long they take, or that the test holds, are left as they are. */
function randomDelays({ tasks, options }: Ground, random: Random): Case['delays'] {
  const delays: Record<string, number> = {};
  for (const { id, timeoutMs = Number.POSITIVE_INFINITY, deadlineMs = timeoutMs } of tasks) {
    if (options.stubs === undefined || !Object.hasOwn(options.stubs, id)) continue;
    const stub = options.stubs[id];
    if (isTimed(stub) || isGate(stub) || random() < 0.5) continue;
    const ms = pick(random, [1000, 60_000, 3_600_000]);
    if (ms < Math.min(timeoutMs, deadlineMs)) delays[id] = ms;
  }
  return delays;
}

/** A person who has nothing to approve with does not. */
function randomDecisions({ tasks, options }: Ground, random: Random): Case['decisions'] {
  const decisions: Record<string, unknown> = {};
  for (const task of tasks) {
    const { id } = task;
    if (!escalates(task) || Object.hasOwn(options.decisions ?? {}, id)) continue;
    const value = stubbedValue(options.stubs?.[id]);
    const isKnown =
      value !== undefined || (options.stubAll === true && !Object.hasOwn(options.stubs ?? {}, id));
    decisions[id] = pick<unknown>(random, ['skip', 'fail', ...(isKnown ? [{ approve: value }] : [])]);
  }
  return decisions;
}
