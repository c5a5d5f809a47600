import type { FanOutSummary, RunResult, SkipReason, TaskResult } from '@wf-sdk/core';
import type { Marks } from '../draw/marks.ts';
import { drawRun } from '../draw/run.ts';
import { startsOf } from '../draw/starts.ts';
import { count } from '../draw/words.ts';
import { TestKitError } from '../run/test-kit-error.ts';
import {
  checkExpectedError,
  describeExpected,
  type ExpectedError,
  includesError,
  showCauses,
} from './errors.ts';
import { checkCount, checkTasks, checkWord } from './subject.ts';
import { explain, list, type Verdict } from './verdict.ts';

/** What is asked about single tasks of a run. */
export const taskChecks: {
  readonly toHaveRun: typeof toHaveRun;
  readonly toHaveSkipped: typeof toHaveSkipped;
  readonly toHaveFailed: typeof toHaveFailed;
  readonly toHaveRunInOrder: typeof toHaveRunInOrder;
  readonly toHaveCompensated: typeof toHaveCompensated;
} = { toHaveRun, toHaveSkipped, toHaveFailed, toHaveRunInOrder, toHaveCompensated };

/** What a task's run is expected to have been. */
export interface ExpectedRun {
  /** How many attempts were made, the first included. */
  readonly attempts?: number;
  /** How many items there were, or what became of them. */
  readonly items?: number | Partial<FanOutSummary>;
}

const RUN_FACTS: readonly string[] = ['attempts', 'items'] satisfies readonly (keyof ExpectedRun)[];

function toHaveRun(result: RunResult, negated: boolean, id: string, expected: ExpectedRun = {}): Verdict {
  const task = taskOf(result, id);
  for (const fact of Object.keys(expected)) checkWord('fact of a run', fact, RUN_FACTS);
  const wrong = ran(task)
    ? [wrongAttempts(task, expected), wrongItems(task, expected)].filter(isSaid)
    : [became(task)];
  return {
    pass: wrong.length === 0,
    message: () =>
      negated
        ? say(result, `task '${id}' ran${showExpected(expected)}, and should not`, { [id]: '' })
        : say(result, `task '${id}' should have run${showExpected(expected)}, and ${wrong.join(' and ')}`, {
            [id]: wrong.join(', '),
          }),
  };
}

/** A task that sleeps makes no attempts, and has run if it succeeded. */
function ran({ attempts, state }: TaskResult): boolean {
  return attempts > 0 || state === 'succeeded';
}

function wrongAttempts({ attempts }: TaskResult, expected: ExpectedRun): string | undefined {
  if (expected.attempts === undefined || attempts === expected.attempts) return undefined;
  return `made ${count(attempts, 'attempt')}, not ${expected.attempts}`;
}

function wrongItems({ items }: TaskResult, expected: ExpectedRun): string | undefined {
  if (expected.items === undefined) return undefined;
  if (items === undefined) return 'had no items';
  const wanted = typeof expected.items === 'number' ? { items: expected.items } : expected.items;
  const fits = Object.entries(wanted).every(
    ([fact, number]) => items[fact as keyof FanOutSummary] === number,
  );
  return fits ? undefined : `had ${showItems(items)}, not ${showItems(wanted)}`;
}

function showItems({ items, succeeded, failed }: Partial<FanOutSummary>): string {
  return [
    items === undefined ? undefined : count(items, 'item'),
    succeeded === undefined ? undefined : `${succeeded} succeeded`,
    failed === undefined ? undefined : `${failed} failed`,
  ]
    .filter(isSaid)
    .join(', ');
}

function showExpected({ attempts, items }: ExpectedRun): string {
  const facts = [
    attempts === undefined ? undefined : count(attempts, 'attempt'),
    items === undefined ? undefined : showItems(typeof items === 'number' ? { items } : items),
  ].filter(isSaid);
  return facts.length === 0 ? '' : ` with ${facts.join(' and ')}`;
}

const SKIP_REASONS: readonly SkipReason[] = [
  'condition',
  'branch',
  'dependency',
  'fallback',
  'recovery',
  'intervention',
];

function toHaveSkipped(result: RunResult, negated: boolean, id: string, reason?: SkipReason): Verdict {
  const task = taskOf(result, id);
  if (reason !== undefined) checkWord('reason to skip a task', reason, SKIP_REASONS);
  const wanted = reason === undefined ? '' : ` by ${reason}`;
  return {
    pass: task.state === 'skipped' && (reason === undefined || task.reason === reason),
    message: () =>
      negated
        ? say(result, `task '${id}' was skipped${wanted}, and should not`, { [id]: '' })
        : say(result, `task '${id}' should have been skipped${wanted}, and ${became(task)}`, {
            [id]: became(task),
          }),
  };
}

function toHaveFailed(result: RunResult, negated: boolean, id: string, expected?: ExpectedError): Verdict {
  const task = taskOf(result, id);
  if (expected !== undefined) checkExpectedError('toHaveFailed', expected);
  const failed = task.state === 'failed';
  const wanted = expected === undefined ? '' : ` with ${describeExpected(expected)}`;
  const causes = task.error === undefined ? '' : showCauses(task.error);
  return {
    pass: failed && (expected === undefined || includesError([task.error], expected)),
    message: () =>
      negated
        ? say(result, `task '${id}' failed${wanted}, and should not`, { [id]: causes })
        : say(
            result,
            `task '${id}' should have failed${wanted}, and ${failed ? 'failed with another error' : became(task)}`,
            { [id]: failed ? causes : became(task) },
          ),
  };
}

function toHaveRunInOrder(result: RunResult, negated: boolean, ...ids: readonly string[]): Verdict {
  check(result, ids);
  checkCount('toHaveRunInOrder', ids, 2);
  const { places, areTimes } = startsOf(result);
  const placeOf = (id: string): number => places.get(id) ?? Number.POSITIVE_INFINITY;
  const wrong = ids.findIndex(
    (id, at) => !places.has(id) || (at > 0 && placeOf(ids[at - 1] ?? '') >= placeOf(id)),
  );
  const [id, before] = [ids[wrong] ?? '', ids[wrong - 1] ?? ''];
  if (areTimes && id !== before && places.has(id) && placeOf(before) === placeOf(id)) {
    throw new TestKitError(
      `tasks '${before}' and '${id}' started in the same millisecond, so that their order cannot be told; use testRun, whose result knows it`,
    );
  }
  return {
    pass: wrong === -1,
    message: () => {
      if (negated)
        return say(result, `tasks ${list(ids)} started in this order, and should not`, numbered(ids));
      const why = places.has(id) ? `'${id}' started before '${before}'` : `'${id}' did not run`;
      return say(result, `tasks ${list(ids)} should have started in this order, and ${why}`, numbered(ids));
    },
  };
}

function numbered(ids: readonly string[]): Marks {
  return Object.fromEntries(ids.map((id, place) => [id, `should be ${place + 1} of ${ids.length}`]));
}

function toHaveCompensated(result: RunResult, negated: boolean, ...ids: readonly string[]): Verdict {
  check(result, ids);
  checkCount('toHaveCompensated', ids, 1);
  const undone = result.compensations.filter(({ state }) => state === 'succeeded').map(({ task }) => task);
  const missing = ids.filter((id) => !undone.includes(id));
  const found = ids.filter((id) => undone.includes(id));
  const inOrder = ids.every((id, at) => at === 0 || undone.indexOf(ids[at - 1] ?? '') < undone.indexOf(id));
  return {
    pass: negated ? found.length > 0 : missing.length === 0 && inOrder,
    message: () => {
      if (negated)
        return say(result, `${list(found)} should not have been undone`, mark(found, 'was undone'));
      if (missing.length > 0)
        return say(result, `${list(missing)} should have been undone`, mark(missing, 'was not undone'));
      const order = list([...new Set(undone)]);
      return say(result, `${list(ids)} should have been undone in this order, not ${order}`, numbered(ids));
    },
  };
}

/** Why a task is not what it should be: in the words of its state. */
function became({ state, reason, cause }: TaskResult): string {
  switch (state) {
    case 'skipped':
      return `was skipped by ${reason ?? 'its rule'}`;
    case 'upstream_failed':
      return `is upstream_failed because of '${cause ?? '?'}'`;
    case 'succeeded':
    case 'failed':
      return state;
    case 'cancelled':
      return 'was cancelled';
    case 'pending':
    case 'queued':
    case 'running':
    case 'retrying':
    case 'waiting':
      return `is ${state}`;
  }
}

function taskOf(result: RunResult, id: string): TaskResult {
  check(result, [id]);
  // Checked on the line above: the cast is where an index into a record becomes what is known to be there.
  return result.tasks[id] as TaskResult;
}

function check({ workflow, tasks }: RunResult, ids: readonly string[]): void {
  checkTasks({ id: workflow, tasks: Object.keys(tasks) }, ids);
}

function say(result: RunResult, sentence: string, marks: Marks): string {
  return explain(sentence, drawRun(result, { marks }));
}

function mark(ids: readonly string[], remark: string): Marks {
  return Object.fromEntries(ids.map((id) => [id, remark]));
}

function isSaid(part: string | undefined): part is string {
  return part !== undefined;
}
