import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { mortalStore, VirtualClock, seededRandom } from '@wf-sdk/testing';
import { lines } from '../../test/kit.ts';
import { randomScenario, type Scenario } from '../../test/scenario.ts';
import { dispatcherOf, workflowOf } from '../../test/scenario-workflow.ts';
import { decodeEvent } from '../codec/event.ts';
import { loadBreakers } from '../execute/breakers.ts';
import {
  compile,
  createMemoryStore,
  run,
  type RunEvent,
  type RunHandle,
  type RunResult,
  type Store,
} from '../index.ts';
import { Scheduler } from '../schedule/scheduler.ts';

const RUNS = Number(process.env['RUNS'] ?? 100);

beforeAll(loadBreakers);

/** Runs a scenario in one process: until it ends, or until its store dies. */
async function live(scenario: Scenario, store: Store, lives: boolean): Promise<RunResult | undefined> {
  const clock = new VirtualClock();
  const workflow = workflowOf(scenario, clock, () => undefined);
  const decisions = { left: 8 };
  const handle: RunHandle<RunResult> = run(workflow, undefined, {
    id: 'r',
    clock,
    store,
    concurrency: scenario.concurrency,
    timeout: scenario.timeout,
    gracePeriod: scenario.gracePeriod,
    onFailure: scenario.onFailure,
    resources: { cpu: 2 },
    module: 'file:///w.ts',
    dispatcher: dispatcherOf(workflow),
    random: seededRandom(scenario.seed),
  });
  const decide = async (): Promise<void> => {
    await clock.settle();
    for (const { task } of handle.waiting) {
      const decision =
        decisions.left-- > 0 ? scenario.decisions[decisions.left % scenario.decisions.length] : 'skip';
      if (decision === 'approve') handle.approve(task, 'approved');
      else handle[decision ?? 'skip'](task);
    }
  };
  let result: RunResult | undefined;
  void handle.result.then((ended) => {
    result = ended;
  });
  for (let step = 0; step < 600 && result === undefined; step++) {
    await decide();
    await clock.advance(lives ? 200 : 7);
  }
  return result;
}

async function logOf(store: Store): Promise<RunEvent[]> {
  return (await store.read('r')).map((entry) => decodeEvent('r', entry));
}

/** What must be true of a log whatever happened to the processes that wrote it. */
function checkKeptLog(events: readonly RunEvent[]): void {
  const ended = new Set<string>();
  const endedItems = new Set<string>();
  for (const event of events) {
    if (!('task' in event)) continue;
    const { task, type } = event;
    if (type === 'attempt.started') {
      if (ended.has(task)) throw new Error(`${task} starts after its end`);
      if (endedItems.has(`${task} ${event.item}`))
        throw new Error(`item ${event.item} of ${task} starts again`);
    }
    // What is tried again begins anew, with all its items.
    if (type === 'task.recovering' || type === 'task.decided')
      for (const key of endedItems) if (key.startsWith(`${task} `)) endedItems.delete(key);
    if (type === 'item.succeeded' || type === 'item.failed') endedItems.add(`${task} ${event.item}`);
    if (/^task\.(succeeded|failed|skipped|upstream_failed|cancelled)$/.test(type)) {
      if (ended.has(task)) throw new Error(`${task} ends twice`);
      ended.add(task);
    }
  }
}

test('a run that dies again and again ends as its log says, and nothing that had ended is run again', async () => {
  let resumed = 0;
  await fc.assert(
    fc.asyncProperty(
      randomScenario,
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
      async (scenario, deaths) => {
        try {
          compile(workflowOf(scenario, new VirtualClock(), () => undefined));
        } catch {
          return;
        }
        const store = createMemoryStore();
        for (const appends of deaths) {
          const mortal = mortalStore(store, { appends });
          if ((await live(scenario, mortal.store, false)) !== undefined) break;
          await mortal.die();
          resumed++;
        }
        const result = await live(scenario, store, true);
        if (result === undefined) throw new Error(`it never ends: ${lines(await logOf(store)).join(', ')}`);
        if (result === undefined) return;
        const events = await logOf(store);
        checkKeptLog(events);
        expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: result.state });
        const plan = compile(workflowOf(scenario, new VirtualClock(), () => undefined));
        const scheduler = new Scheduler(plan, scenario.concurrency);
        for (const event of events) scheduler.apply(event);
        for (const { index, id } of plan.tasks)
          expect(scheduler.stateOf(index)).toBe(result.tasks[id]?.state);
        const again = await live(scenario, store, true);
        expect(plain(again)).toEqual(plain(result));
      },
    ),
    { numRuns: RUNS },
  );
  expect(resumed).toBeGreaterThan(RUNS / 2);
}, 120_000);

/** Without the times of tasks, which a log knows less exactly where there were no attempts. */
function plain(result: RunResult | undefined): unknown {
  const times = new Set(['startedAt', 'endedAt', 'durationMs']);
  return JSON.parse(JSON.stringify(result, (key, value: unknown) => (times.has(key) ? undefined : value)));
}
