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
  type Plan,
  resume,
  retry,
  run,
  type RunEvent,
  type RunResult,
  type Store,
} from '../index.ts';
import { standingEvents } from '../record/standing.ts';
import { Scheduler } from '../schedule/scheduler.ts';

const RUNS = Number(process.env['RUNS'] ?? 100);

beforeAll(loadBreakers);

/** Drives a scenario's run in one process: until it ends, or until its store dies. */
async function live(
  how: 'run' | 'resume' | { readonly from: string | undefined },
  scenario: Scenario,
  store: Store,
): Promise<RunResult | undefined> {
  const clock = new VirtualClock();
  const workflow = workflowOf(scenario, clock, () => undefined);
  const { concurrency, timeout, gracePeriod, onFailure, seed } = scenario;
  const options = {
    clock,
    store,
    concurrency,
    timeout,
    gracePeriod,
    onFailure,
    resources: { cpu: 2 },
    module: 'file:///w.ts',
    dispatcher: dispatcherOf(workflow),
    random: seededRandom(seed),
  };
  const begin = (): ReturnType<typeof run> => {
    if (how === 'run') return run(workflow, undefined, { ...options, id: 'r' });
    if (how === 'resume') return resume(workflow, 'r', options);
    return retry(workflow, 'r', how.from === undefined ? options : { ...options, from: how.from });
  };
  const handle = begin();
  let result: RunResult | undefined;
  void handle.result.then((ended) => {
    result = ended;
  });
  for (let step = 0; step < 300 && result === undefined; step++) {
    await clock.settle();
    for (const { task } of handle.waiting) handle.skip(task);
    await clock.advance(200);
  }
  return result;
}

async function logOf(store: Store): Promise<RunEvent[]> {
  return (await store.read('r')).map((entry) => decodeEvent('r', entry));
}

/** The states that a log tells. */
function statesIn(events: readonly RunEvent[], plan: Plan): Record<string, string> {
  const scheduler = new Scheduler(plan, Infinity);
  for (const event of standingEvents(events)) scheduler.apply(event);
  return Object.fromEntries(plan.tasks.map(({ index, id }) => [id, scheduler.stateOf(index)]));
}

const statesOf = ({ tasks }: RunResult): Record<string, string> =>
  Object.fromEntries(Object.values(tasks).map(({ id, state }) => [id, state]));

test('a run that is retried runs nothing again but what begins anew, and ends as its log says', async () => {
  let retried = 0;
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(
      randomScenario,
      fc.nat(),
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 }),
      async (scenario, chosen, deaths) => {
        let plan: Plan;
        try {
          plan = compile(workflowOf(scenario, new VirtualClock(), () => undefined));
        } catch {
          return;
        }
        const store = createMemoryStore();
        if ((await live('run', scenario, store)) === undefined) throw new Error('the first never ends');
        const from = chosen % 3 === 0 ? plan.tasks[chosen % plan.tasks.length]?.id : undefined;
        for (const appends of deaths) {
          const before = await logOf(store);
          const was = statesIn(before, plan);
          if (before.at(-1)?.type !== 'run.finished') throw new Error('it has not ended');
          const how = { from: from ?? (await succeededTask(store, was)) };
          if (appends > 0) {
            const mortal = mortalStore(store, { appends });
            await live(how, scenario, mortal.store);
            await mortal.die();
          }
          const hasBegun = (await store.find('r'))?.length !== before.length;
          const result = await live(hasBegun ? 'resume' : how, scenario, store);
          const events = await logOf(store);
          if (result === undefined) throw new Error(`it never ends: ${lines(events).join(', ')}`);
          retried++;
          const since = events.slice(before.length);
          const [first] = since;
          if (first?.type !== 'run.retried') throw new Error(`it begins with ${first?.type}`);
          const anew = new Set(first.tasks);
          for (const event of since) {
            if (!('task' in event) || anew.has(event.task)) continue;
            // What stays can still be undone, should the run fail again.
            expect(event.type).toMatch(/^compensation\./);
          }
          for (const [id, state] of Object.entries(was)) {
            if (anew.has(id)) continue;
            kept++;
            expect(state).toMatch(/^(succeeded|skipped)$/);
            expect(result.tasks[id]?.state).toBe(state);
          }
          expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: result.state });
          expect(statesIn(events, plan)).toEqual(statesOf(result));
          expect(statesOf((await live('resume', scenario, store)) ?? result)).toEqual(statesOf(result));
        }
      },
    ),
    { numRuns: RUNS },
  );
  expect(retried).toBeGreaterThan(RUNS / 2);
  expect(kept).toBeGreaterThan(RUNS / 4);
}, 120_000);

/** Of a run that succeeded, a task has to be named. */
async function succeededTask(store: Store, states: Record<string, string>): Promise<string | undefined> {
  return (await store.find('r'))?.state === 'succeeded' ? Object.keys(states).at(-1) : undefined;
}
