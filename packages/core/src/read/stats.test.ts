import { VirtualClock, sampleRuns } from '@wf-sdk/testing';
import { describe, expect, test } from 'vitest';
import {
  createMemoryStore,
  pool,
  type RunEvent,
  type Store,
  type TaskStats,
  type Workflow,
  type WorkflowStats,
} from '../index.ts';
import { encodeEvent } from '../codec/event.ts';
import { readLog } from './log.ts';
import { readStats, statsOf } from './stats.ts';
import { resume, retry, run } from '../run/run.ts';
import { workflow } from '../define/workflow.ts';

const samples = await sampleRuns();

function sample(name: string): readonly RunEvent[] {
  const found = samples.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no sample ${name}`);
  return found.events;
}

function only(stats: readonly WorkflowStats[], name?: string): WorkflowStats {
  const [found] = stats.filter(({ workflow: id }) => name === undefined || id === name);
  if (found === undefined) throw new RangeError('there are no such stats');
  return found;
}

function taskOf(stats: WorkflowStats, id: string): TaskStats {
  const found = stats.tasks.find(({ task }) => task === id);
  if (found === undefined) throw new RangeError(`there is no task ${id}`);
  return found;
}

/** What a store says of runs of a workflow, made one after the other in virtual time. */
async function kept(
  make: (clock: VirtualClock) => Workflow<number>,
  inputs: readonly number[],
  store: Store = createMemoryStore(),
): Promise<Store> {
  const clock = new VirtualClock();
  const flow = make(clock);
  for (const input of inputs) {
    const handle = run(flow, input, { store, clock, random: () => 0.5 });
    await clock.passUntil(handle.result);
  }
  return store;
}

/** Of an event's type, how often it is there: of one task, or of all. */
function countIn(events: readonly RunEvent[], type: RunEvent['type'], task?: string): number {
  return events.filter(
    (event) => event.type === type && (task === undefined || ('task' in event && event.task === task)),
  ).length;
}

describe('of each sample run', () => {
  test.each(samples.map(({ name, events }) => [name, events] as const))(
    'what is counted is what its events say: %s',
    async (_, events) => {
      const stats = await statsOf(events);
      const starts = events.filter((event) => event.type === 'run.started');
      expect(stats.reduce((sum, { runs }) => sum + runs.total, 0)).toBe(starts.length);
      for (const { workflow: id, runs, tasks, durationMs } of stats) {
        const ids = new Set(starts.filter((event) => event.workflow === id).map((event) => event.run));
        const own = events.filter((event) => ids.has(event.run));
        expect(runs.succeeded + runs.failed + runs.cancelled + runs.active).toBe(runs.total);
        expect(runs.active).toBe(0);
        const ends = own.filter((event) => event.type === 'run.finished' && event.state !== 'cancelled');
        expect(durationMs?.count ?? 0).toBe(ends.length);
        for (const one of tasks) {
          const { task } = one;
          expect(one).toMatchObject({
            succeeded: countIn(own, 'task.succeeded', task),
            failed: countIn(own, 'task.failed', task),
            skipped: countIn(own, 'task.skipped', task),
            upstreamFailed: countIn(own, 'task.upstream_failed', task),
            cancelled: countIn(own, 'task.cancelled', task),
            attempts: countIn(own, 'attempt.started', task),
            items: countIn(own, 'item.succeeded', task) + countIn(own, 'item.failed', task),
            slaMissed: countIn(own, 'task.sla_missed', task),
          });
        }
        const share = tasks.reduce((sum, { path }) => sum + path.share, 0);
        expect(share === 0 || Math.abs(share - 1) < 1e-9).toBe(true);
      }
    },
  );

  test('a store says the same', async () => {
    const store = createMemoryStore();
    const events = samples.flatMap((one) => one.events);
    for (const started of events.filter((event) => event.type === 'run.started')) {
      const { run: id, workflow: of, version, at: createdAt, parent } = started;
      const above = parent === undefined ? {} : { parent: parent.run };
      const lease = { owner: 'me', until: 0 };
      await store.create({ id, workflow: of, version, structure: '[]', createdAt, ...above }, lease);
      const entries = events.filter((event) => event.run === id).map((event) => encodeEvent(event, 'null'));
      await store.append([{ run: id, expected: 0, entries, state: 'succeeded' }]);
    }
    // Two of the samples are runs of one workflow, and the newest run is read first.
    const sorted = (stats: readonly WorkflowStats[]): unknown[] =>
      stats.map(({ tasks, ...rest }) => ({
        ...rest,
        tasks: tasks.toSorted((one, other) => (one.task < other.task ? -1 : 1)),
      }));
    expect(sorted(await readStats(store))).toEqual(sorted(await statsOf(events)));
  });
});

test('attempts, retries, timeouts, missed service levels and what stood in', async () => {
  const stats = only(await statsOf(sample('retries')));
  expect(stats).toMatchObject({
    workflow: 'orders',
    runs: { total: 1, succeeded: 1, failed: 0 },
    errorRate: 0,
    durationMs: { count: 1, mean: 345_000, p50: 345_000 },
  });
  expect(taskOf(stats, 'fetch')).toMatchObject({
    attempts: 4,
    retries: 3,
    timeouts: 1,
    slaMissed: 1,
    durationMs: { count: 1, mean: 345_000 },
    // Nothing, the 30 seconds after which it timed out, nothing twice.
    attemptMs: { count: 4, mean: 7_500, max: 30_000 },
    errors: [
      { name: 'TypeError', count: 1 },
      { name: 'TimeoutError', code: 'timeout', count: 1 },
      { name: 'AggregateError', count: 1 },
    ],
    path: { share: 1, ms: 345_000, retryingMs: 315_000, queuedMs: 0, admissionMs: 0, waitingMs: 0 },
  });
  expect(taskOf(stats, 'rate')).toMatchObject({ succeeded: 1, failed: 0, stoodIn: 1, errorRate: 0 });
});

test('items, those of the cache among them', async () => {
  const stats = only(await statsOf(sample('cached')));
  expect(taskOf(stats, 'draw')).toMatchObject({ items: 3, itemsFailed: 0, itemsCached: 2, attempts: 1 });
  const size = taskOf(stats, 'size');
  expect(size).toMatchObject({ succeeded: 1, cached: 1, attempts: 0 });
  // What was not made took no time that would say anything.
  expect(size.durationMs).toBeUndefined();
  expect(size.queuedMs).toBeUndefined();
  const fanOuts = only(await statsOf(sample('fan-outs')));
  expect(taskOf(fanOuts, 'thumbs')).toMatchObject({ items: 3, itemsFailed: 1, retries: 2, attempts: 5 });
});

test('a run that was retried counts once, with what it came to last; its tasks each time', async () => {
  const stats = only(await statsOf(sample('retried')));
  expect(stats.runs).toMatchObject({ total: 1, succeeded: 1, failed: 0, partial: 0, active: 0 });
  expect(stats.durationMs).toMatchObject({ count: 2 });
  expect(taskOf(stats, 'upload')).toMatchObject({ succeeded: 1, failed: 1, errorRate: 0.5, attempts: 2 });
  expect(taskOf(stats, 'build')).toMatchObject({ succeeded: 1, failed: 0 });
});

test('runs that tasks of other runs run are counted with their workflows', async () => {
  const stats = await statsOf(sample('child-runs'));
  expect(only(stats, 'label').runs).toMatchObject({ total: 3, below: 3, succeeded: 3 });
  expect(only(stats, 'shipping').runs).toMatchObject({ total: 1, below: 0 });
  expect(only(stats, 'parcel').runs).toMatchObject({ total: 3, below: 3, succeeded: 2, failed: 1 });
});

test('what a run waits for counts as waiting', async () => {
  const stats = only(await statsOf(sample('signals')));
  const rest = taskOf(stats, 'rest');
  expect(rest).toMatchObject({ succeeded: 1, attempts: 0, durationMs: { mean: 86_400_000 } });
  expect(rest.path).toMatchObject({ share: 1, waitingMs: 86_400_000, queuedMs: 0 });
});

test('what is queued for a pool, and which one it is', async () => {
  // Others of its name would take slots of it.
  const db = pool('stats-db', { slots: 1 });
  const store = await kept(
    (clock) =>
      workflow<number>('etl')
        .addTask('load')
        .priority(1)
        .pool(db)
        .run(() => clock.sleep('40s'))
        .addTask('extract')
        .pool(db)
        .run(() => clock.sleep('10s')),
    [1, 2],
  );
  const stats = only(await readStats(store));
  expect(stats.durationMs).toMatchObject({ count: 2, mean: 50_000 });
  expect(taskOf(stats, 'extract')).toMatchObject({
    pools: ['stats-db'],
    queuedMs: { count: 2, mean: 40_000, p95: 40_000 },
    durationMs: { mean: 10_000 },
    path: { runs: 2, ms: 100_000, queuedMs: 80_000, admissionMs: 80_000, share: 1 },
  });
  expect(taskOf(stats, 'load')).toMatchObject({ queuedMs: { mean: 0 }, path: { runs: 0, share: 0 } });
});

test('the critical path goes over dependencies where they are known', async () => {
  const make = (clock: VirtualClock): Workflow<number> =>
    workflow<number>('etl')
      .addTask('fetch')
      .run(({ input }) => clock.sleep(1_000 * input))
      .addTask('other')
      .run(({ input }) => clock.sleep(900 * input))
      .addTask('after')
      .dependsOn('other')
      .run(() => clock.sleep(1_000))
      .addTask('load')
      .dependsOn('fetch')
      .run(() => clock.sleep(3_000));
  const store = await kept(make, [1, 3]);
  const stats = only(await readStats(store));
  // Of 4 and 6 seconds.
  expect(taskOf(stats, 'fetch').path).toMatchObject({ runs: 2, ms: 4_000, share: 0.4 });
  expect(taskOf(stats, 'load').path).toMatchObject({ runs: 2, ms: 6_000, share: 0.6 });
  expect(taskOf(stats, 'after').path).toMatchObject({ runs: 0, share: 0 });
  expect(stats.tasks.map(({ task }) => task).indexOf('load')).toBeGreaterThan(
    stats.tasks.map(({ task }) => task).indexOf('fetch'),
  );
});

describe('which runs are looked at', () => {
  const quick = (id: string) => (): Workflow<number> =>
    workflow<number>(id)
      .addTask('one')
      .run(({ input }) => {
        if (input < 0)
          throw Object.assign(new RangeError(`secret ${input}`), { code: 'E_LOW', row: 'secret' });
      });

  test('those of a workflow, of a time, or the newest', async () => {
    const store = createMemoryStore();
    await kept(quick('a'), [1, 2, -3], store);
    await kept(quick('b'), [1], store);
    expect((await readStats(store)).map(({ workflow: id, runs }) => [id, runs.total])).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    expect(await readStats(store, { workflow: 'b' })).toMatchObject([{ workflow: 'b', runs: { total: 1 } }]);
    expect(await readStats(store, { workflow: 'c' })).toEqual([]);
    expect(await readStats(store, { since: Date.now() + 1e12 })).toEqual([]);
    const newest = await readStats(store, { limit: 1 });
    expect(newest.reduce((sum, { runs }) => sum + runs.total, 0)).toBe(1);
    const [a] = await readStats(store, { workflow: 'a' });
    expect(a).toMatchObject({ errorRate: 1 / 3, runs: { failed: 1, partial: 0 } });
  });

  test('what an error says is not told, only of what kind it is', async () => {
    const store = await kept(quick('a'), [-3, -4]);
    const stats = await readStats(store);
    expect(only(stats).tasks[0]?.errors).toEqual([{ name: 'RangeError', code: 'E_LOW', count: 2 }]);
    expect(JSON.stringify(stats)).not.toContain('secret');
  });

  test('runs that have not ended are active, and have no duration', async () => {
    const store = createMemoryStore();
    await kept(quick('a'), [1], store);
    const waiting = workflow('a').addTask('one').sleep('1d');
    const handle = run(waiting, undefined, { store, id: 'w' });
    for await (const event of handle.events()) if (event.type === 'run.waiting') break;
    const stats = only(await readStats(store));
    expect(stats.runs).toMatchObject({ total: 2, active: 1, succeeded: 1 });
    expect(stats.durationMs?.count).toBe(1);
    await handle.cancel('enough');
    await handle;
    expect(only(await readStats(store))).toMatchObject({
      runs: { active: 0, cancelled: 1 },
      durationMs: { count: 1 },
      errorRate: 0,
    });
  });

  test('a type of event that only a newer version knows changes nothing', async () => {
    const events = sample('retries');
    const newer = { type: 'task.polished', run: 'sample-retries', at: events[3]?.at, task: 'fetch' };
    const told = [...events.slice(0, 4), newer as unknown as RunEvent, ...events.slice(4)];
    expect(await statsOf(told)).toEqual(await statsOf(events));
  });

  test('an empty store has none', async () => {
    expect(await readStats(createMemoryStore())).toEqual([]);
    expect(await statsOf([])).toEqual([]);
  });

  test('of a run whose beginning is not among the events nothing is counted', async () => {
    const [, ...rest] = sample('retries');
    expect(await statsOf(rest)).toEqual([]);
    const events = sample('retries');
    expect(await statsOf(events, { workflow: 'other' })).toEqual([]);
    expect(await statsOf(events, { since: (events[0]?.at ?? 0) + 1 })).toEqual([]);
    // Told twice, it is still one.
    expect(only(await statsOf([...events, ...events]))).toEqual(only(await statsOf(events)));
  });
});

test('a run of which each event was read again after its process died counts once', async () => {
  const store = createMemoryStore();
  const clock = new VirtualClock();
  let isUp = false;
  const flow = workflow('w')
    .addTask('one')
    .run(async () => {
      await clock.sleep('1s');
      if (!isUp) throw new Error('down');
    });
  await clock.passUntil(run(flow, undefined, { store, id: 'r', clock }).result);
  isUp = true;
  await clock.passUntil(retry(flow, 'r', { store, clock }).result);
  await clock.passUntil(resume(flow, 'r', { store, clock }).result);
  const stats = only(await readStats(store));
  expect(stats.runs).toMatchObject({ total: 1, succeeded: 1, failed: 0 });
  expect(stats.durationMs).toMatchObject({ count: 2, mean: 1_000 });
  const events: RunEvent[] = [];
  for await (const event of readLog(store, 'r')) events.push(event);
  expect(only(await statsOf(events))).toEqual(stats);
});
