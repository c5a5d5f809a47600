import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { checkLog } from '../../test/invariants.ts';
import { VirtualClock, seededRandom } from '@wf-sdk/testing';
import { randomScenario, type Scenario } from '../../test/scenario.ts';
import { dispatcherOf, workflowOf } from '../../test/scenario-workflow.ts';
import { poolsOf } from '../admit/pool-set.ts';
import { loadBreakers } from '../execute/breakers.ts';
import {
  compile,
  DefinitionError,
  run,
  type RunEvent,
  type RunHandle,
  type RunResult,
  type Workflow,
} from '../index.ts';
import { Scheduler } from '../schedule/scheduler.ts';

// Loaded before: what takes real time would let a virtual clock believe that nothing goes on any more.
beforeAll(loadBreakers);

interface Played {
  readonly clock: VirtualClock;
  /** Those of the run itself, and of the runs below it. */
  readonly events: readonly RunEvent[];
  readonly handle: RunHandle<RunResult>;
  readonly result: RunResult;
  readonly forced: boolean;
  readonly callsAfterEnd: () => number;
  readonly workflow: Workflow;
}

/** A person decides only so often: else a task that can never succeed might be tried without end. */
const MOST_DECISIONS = 6;

async function play(
  scenario: Scenario,
  workflow: Workflow,
  clock: VirtualClock,
  calls: () => number,
): Promise<Played> {
  const { concurrency, cancel, timeout, gracePeriod, seed, onFailure } = scenario;
  const events: RunEvent[] = [];
  const controller = new AbortController();
  let forced = false;
  let decided = 0;
  const force = (): void => {
    forced = true;
    void handle.cancel('enough', { force: true });
  };
  const stop = {
    at_once: () => void handle.cancel('enough'),
    soon: () => queueMicrotask(() => void handle.cancel('enough')),
    by_signal: () => controller.abort('enough'),
    forced: force,
    forced_soon: () => queueMicrotask(force),
  };
  const decide = (task: string): void => {
    if (!handle.waiting.some((waiting) => waiting.task === task)) return;
    const decision = scenario.decisions[decided++ % scenario.decisions.length] ?? 'skip';
    if (decision === 'approve') handle.approve(task, 'approved');
    else if (decided > MOST_DECISIONS) handle.skip(task);
    else handle[decision](task);
  };
  const observe = (event: RunEvent): void => {
    events.push(event);
    if (event.type === 'task.waiting' && event.for === 'approval' && event.run === 'r') {
      if (scenario.hesitationMs === 0) decide(event.task);
      else void clock.sleep(scenario.hesitationMs).then(() => decide(event.task));
    }
    if (cancel === undefined) return;
    if (events.length - 1 === cancel.atEvent) stop[cancel.how]();
    if (cancel.forceAfter !== undefined && events.length - 1 === cancel.atEvent + cancel.forceAfter) force();
  };
  const handle = run(workflow, undefined, {
    id: 'r',
    concurrency,
    clock,
    timeout,
    gracePeriod,
    onFailure,
    resources: { cpu: 2 },
    module: 'file:///w.ts',
    dispatcher: dispatcherOf(workflow),
    random: seededRandom(seed),
    signal: controller.signal,
    observers: [observe],
  });
  const result = await clock.passUntil(handle);
  const callsAtEnd = calls();
  return { clock, events, handle, result, forced, workflow, callsAfterEnd: () => calls() - callsAtEnd };
}

/** Nothing where the graph cannot be: two teardowns that wait for each other. */
async function tryToPlay(scenario: Scenario): Promise<Played | undefined> {
  const clock = new VirtualClock();
  let calls = 0;
  const workflow = workflowOf(scenario, clock, () => calls++);
  try {
    compile(workflow);
  } catch (error) {
    if (error instanceof DefinitionError && error.diagnostics.every(({ code }) => code === 'cycle'))
      return undefined;
    throw error;
  }
  return play(scenario, workflow, clock, () => calls);
}

const CHILD_TASKS = ['x', 'y', 'z'];

function checkLogs({ events, result, workflow }: Played, concurrency: number): void {
  const own = events.filter((event) => event.run === 'r');
  expect(own[0]?.type).toBe('run.started');
  expect(own.filter(({ type }) => type === 'run.started' || type === 'run.finished')).toHaveLength(2);
  expect(events.at(-1)).toMatchObject({
    type: 'run.finished',
    run: 'r',
    state: result.state,
    succeeded: result.succeeded,
    total: result.total,
    at: result.endedAt,
  });
  checkLog(own, compile(workflow), concurrency);
  for (const run of new Set(events.map((event) => event.run))) {
    const ofChild = events.filter((event) => event.run === run);
    if (run === 'r' || ofChild.at(-1)?.type !== 'run.finished') continue;
    const [, task = ''] = run.split(/[.~]/);
    const { child } = compile(workflow).tasks.find(({ id }) => id === task)?.definition ?? {};
    if (child === undefined || typeof child.workflow === 'function')
      throw new Error(`whose child is run ${run}?`);
    checkLog(ofChild, compile(child.workflow), concurrency);
    expect(ofChild.filter(({ type }) => type === 'run.started' || type === 'run.finished')).toHaveLength(2);
    expect(new Set(ofChild.flatMap((event) => ('task' in event ? [event.task] : [])))).toEqual(
      new Set(CHILD_TASKS),
    );
  }
}

function checkResult({ events, result, workflow }: Played, concurrency: number): void {
  const plan = compile(workflow);
  const own = events.filter((event) => event.run === 'r');
  const scheduler = new Scheduler(plan, concurrency);
  for (const event of own) scheduler.apply(event);
  const replayed = Object.fromEntries(plan.tasks.map(({ id, index }) => [id, scheduler.stateOf(index)]));
  const tasks = Object.values(result.tasks);
  expect(Object.fromEntries(tasks.map(({ id, state }) => [id, state]))).toEqual(replayed);
  expect(scheduler.open).toBe(0);
  const succeeded = tasks.filter(({ state }) => state === 'succeeded');
  expect(Object.keys(result.outputs)).toEqual(succeeded.map(({ id }) => id));
  expect(result.succeeded).toBe(succeeded.length);
  for (const { id, attempts, by } of succeeded) {
    const started = own.filter((event) => event.type === 'attempt.started' && event.task === id).length;
    expect(attempts).toBe(started);
    const { fanOut, sleep } = plan.tasks[plan.indexOf.get(id) ?? -1]?.definition ?? {};
    const plain = sleep === undefined ? `${id}#${attempts}` : undefined;
    const expected = by === undefined ? plain : by === 'approval' ? 'approved' : 'instead';
    const isList = fanOut !== undefined && by === undefined;
    const output = result.outputs[id];
    expect(isList ? Array.isArray(output) : output, id).toEqual(isList || expected);
  }
  for (const { state, error } of tasks) expect(error !== undefined).toBe(state === 'failed');
  for (const { state, reason } of tasks) expect(reason !== undefined).toBe(state === 'skipped');
  for (const { state, reason, cause } of tasks)
    expect(cause !== undefined).toBe(state === 'upstream_failed' || reason === 'dependency');
  expect(result.state).toBe(stateBy(own, scheduler));
}

/** What a run's state has to be, by its log. */
function stateBy(events: readonly RunEvent[], scheduler: Scheduler): RunResult['state'] {
  const cancelling = events.find((event) => event.type === 'run.cancelling');
  if (cancelling === undefined) return scheduler.verdict;
  return cancelling.reason === 'enough' ? 'cancelled' : 'failed';
}

/** What was done is undone, the last first, unless the run succeeded. */
function checkCompensations({ events, result, workflow }: Played): void {
  const { tasks } = workflow.definition;
  const done = events.flatMap((event) => {
    if (event.run !== 'r') return [];
    if (event.type !== 'task.succeeded' && event.type !== 'item.succeeded' && event.type !== 'attempt.late')
      return [];
    const { compensate, fanOut } = tasks.find(({ id }) => id === event.task) ?? {};
    const isUnit = event.type !== 'task.succeeded' || (fanOut === undefined && event.by === undefined);
    if (compensate === undefined || !isUnit) return [];
    return [{ task: event.task, item: event.type === 'task.succeeded' ? undefined : event.item }];
  });
  const undone = result.compensations.map(({ task, item }) => ({ task, item }));
  expect(undone).toEqual(result.state === 'succeeded' ? [] : done.toReversed());
}

test('whatever tasks do and whenever a run is cancelled, its result comes and agrees with its log', async () => {
  await fc.assert(
    fc.asyncProperty(randomScenario, async (given) => {
      const played = await tryToPlay(given);
      fc.pre(played !== undefined);
      const { clock, events, handle, workflow, callsAfterEnd } = played;
      // Runs below that were given up still have their grace period.
      const alone = workflow.definition.tasks.every(({ child }) => child === undefined);
      expect(alone ? clock.timers : 0).toBe(0);
      const count = events.length;
      checkLogs(played, given.concurrency);
      checkResult(played, given.concurrency);
      checkCompensations(played);
      expect(handle.waiting).toEqual([]);
      await clock.advance(20_000);
      expect(alone ? callsAfterEnd() : 0).toBe(0);
      expect(clock.timers).toBe(0);
      expect(events).toHaveLength(count);
      expect(handle.children).toEqual([]);
      for (const pool of poolsOf(clock).status()) expect(pool).toMatchObject({ used: 0, waiting: 0 });
    }),
    { numRuns: Number(process.env['RUNS'] ?? 400) },
  );
}, 60_000);

test('the same seed gives the same log', async () => {
  await fc.assert(
    fc.asyncProperty(randomScenario, async (given) => {
      const [first, second] = [await tryToPlay(given), await tryToPlay(given)];
      expect(second?.events).toEqual(first?.events);
    }),
    { numRuns: 60 },
  );
}, 30_000);
