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
  send,
  type Store,
} from '../index.ts';
import { Scheduler } from '../schedule/scheduler.ts';

const RUNS = Number(process.env['RUNS'] ?? 100);

beforeAll(loadBreakers);

/** How often slower everything is that a run waits for, where its waits are longer than a minute. */
const SLOW = 1_000;

/** The same scenario with waits that need no process, with more items that wait, and runs below that do. */
function slowed(scenario: Scenario): Scenario {
  const trials = scenario.trials.map((trial): Scenario['trials'][number] => {
    const { shape, retry = { attempts: 3, delay: 300 }, deadline } = trial;
    return {
      ...trial,
      shape: shape !== 'plain' ? shape : trial.work === 'later' ? 'child' : 'list',
      retry: { ...retry, delay: Number(retry.delay) * SLOW },
      deadline: deadline === undefined ? undefined : deadline * SLOW,
      nap: trial.takesMs * SLOW,
    };
  });
  return { ...scenario, trials, timeout: scenario.timeout * SLOW };
}

interface Life {
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly stepMs: number;
  /** The process leaves a run that waits, as the command does. */
  readonly leaves: boolean;
}

/** Runs a scenario in one process: until it ends, or is left, or until its store dies. */
async function live(
  scenario: Scenario,
  { store, clock, stepMs, leaves }: Life,
): Promise<RunResult | undefined> {
  let waiting = false;
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
    observers: [({ run: of, type }) => (waiting = of === 'r' ? type === 'run.waiting' : waiting)],
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
  for (let step = 0; step < 600 && result === undefined && !(leaves && waiting); step++) {
    await decide();
    await clock.advance(stepMs);
  }
  return result;
}

async function logOf(store: Store): Promise<RunEvent[]> {
  return (await store.read('r')).map((entry) => decodeEvent('r', entry));
}

/** No run outlives the one whose task runs it. */
async function checkEnds(store: Store): Promise<void> {
  const open = ({ state }: { readonly state: string }): boolean =>
    ['pending', 'running', 'waiting'].includes(state);
  const runs = await store.list({ limit: Number.MAX_SAFE_INTEGER });
  const ended = new Set(runs.filter((stored) => !open(stored)).map(({ id }) => id));
  for (const stored of runs)
    if (open(stored) && ended.has(stored.parent ?? ''))
      throw new Error(`${stored.id} is ${stored.state}, and ${stored.parent} has ended`);
}

/** What must be true of a log whatever happened to the processes that wrote it. */
function checkKeptLog(events: readonly RunEvent[]): void {
  const ended = new Set<string>();
  const endedItems = new Set<string>();
  const dueAt = new Map<string, number>();
  for (const event of events) {
    if (!('task' in event)) continue;
    const { task, type } = event;
    if (type === 'attempt.failed' && event.retryInMs !== undefined)
      dueAt.set(`${task} ${event.item}`, event.at + event.retryInMs);
    if (type === 'attempt.started') {
      if (event.at < (dueAt.get(`${task} ${event.item}`) ?? 0))
        throw new Error(`item ${event.item} of ${task} starts before its wait is over`);
      if (ended.has(task)) throw new Error(`${task} starts after its end`);
      if (endedItems.has(`${task} ${event.item}`))
        throw new Error(`item ${event.item} of ${task} starts again`);
    }
    // What is tried again begins anew, with all its items.
    if (type === 'task.recovering' || type === 'task.decided') {
      for (const key of endedItems) if (key.startsWith(`${task} `)) endedItems.delete(key);
      for (const key of dueAt.keys()) if (key.startsWith(`${task} `)) dueAt.delete(key);
    }
    if (type === 'item.succeeded' || type === 'item.failed') endedItems.add(`${task} ${event.item}`);
    if (/^task\.(succeeded|failed|skipped|upstream_failed|cancelled)$/.test(type)) {
      if (ended.has(task)) throw new Error(`${task} ends twice`);
      ended.add(task);
    }
  }
}

test('a run that dies again and again ends as its log says, and nothing that had ended is run again', async () => {
  let resumed = 0;
  let left = 0;
  let leftBelow = 0;
  await fc.assert(
    fc.asyncProperty(
      randomScenario,
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.option(fc.nat({ max: 2 }), { nil: undefined }),
      async (given, deaths, isSlow, cancelledIn) => {
        const scenario = isSlow ? slowed(given) : given;
        const scale = isSlow ? SLOW : 1;
        try {
          compile(workflowOf(scenario, new VirtualClock(), () => undefined));
        } catch {
          return;
        }
        const outlived: unknown[] = [];
        const store = createMemoryStore();
        const append = store.append.bind(store);
        store.append = async (appends) => {
          const refused = await append(appends);
          if (appends.some(({ state }) => state !== 'running'))
            await checkEnds(store).catch((error: unknown) => outlived.push(error));
          return refused;
        };
        // Each process has breakers of its own; time goes on from one to the next.
        let clock = new VirtualClock();
        let lives = 0;
        const cancel = async (): Promise<void> => {
          if (lives++ === cancelledIn && (await store.find('r')) !== undefined)
            await send(store, 'r', { type: 'cancel', reason: 'enough' });
        };
        for (const appends of deaths) {
          await cancel();
          const mortal = mortalStore(store, { appends: isSlow ? 3 * appends : appends });
          const life = { store: mortal.store, clock, stepMs: 7 * scale, leaves: true };
          if ((await live(scenario, life)) !== undefined) break;
          await mortal.die();
          resumed++;
          if ((await store.list({ parent: 'r', states: ['pending', 'waiting'] })).length > 0) leftBelow++;
          if (waits(await logOf(store))) left++;
          clock = new VirtualClock({ startAt: clock.now() });
        }
        await cancel();
        const last = { store, clock, stepMs: 200 * scale, leaves: false };
        const result = await live(scenario, last);
        if (result === undefined) throw new Error(`it never ends: ${lines(await logOf(store)).join(', ')}`);
        if (result === undefined) return;
        expect(outlived).toEqual([]);
        const events = await logOf(store);
        checkKeptLog(events);
        expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: result.state });
        const plan = compile(workflowOf(scenario, new VirtualClock(), () => undefined));
        const scheduler = new Scheduler(plan, scenario.concurrency);
        for (const event of events) scheduler.apply(event);
        for (const { index, id } of plan.tasks)
          expect(scheduler.stateOf(index)).toBe(result.tasks[id]?.state);
        const again = await live(scenario, last);
        expect(plain(again)).toEqual(plain(result));
      },
    ),
    { numRuns: RUNS },
  );
  expect(resumed).toBeGreaterThan(RUNS / 4);
  // In about a seventh of all runs: among few of them there may be none.
  if (RUNS < 100) return;
  expect(left).toBeGreaterThan(RUNS / 100);
  expect(leftBelow).toBeGreaterThan(RUNS / 100);
}, 120_000);

/** Whether all of it waited when its process was gone, an item among them. */
function waits(events: readonly RunEvent[]): boolean {
  if (events.at(-1)?.type !== 'run.waiting') return false;
  return events.some((event) => event.type === 'attempt.failed' && event.item !== undefined);
}

/** Without the times of tasks, which a log knows less exactly where there were no attempts. */
function plain(result: RunResult | undefined): unknown {
  const times = new Set(['startedAt', 'endedAt', 'durationMs']);
  return JSON.parse(JSON.stringify(result, (key, value: unknown) => (times.has(key) ? undefined : value)));
}
