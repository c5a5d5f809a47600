import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { flowOf, type PlainTask, untilAborted } from '../../test/kit.ts';
import { type Collected, meters } from '../../test/metering.ts';
import { loadBreakers } from '../execute/breakers.ts';
import { createMemoryStore, endSpans, pool, run, type RunOptions, type Workflow } from '../index.ts';

// Loaded before: what takes real time would let a virtual clock believe that nothing goes on any more.
beforeAll(loadBreakers);

let otel: ReturnType<typeof meters>;
beforeEach(() => {
  otel = meters();
});
afterEach(() => otel.close());

type Metrics = Readonly<Record<string, Collected>>;

async function metered(
  tasks: (clock: VirtualClock) => readonly PlainTask[] | Workflow,
  options: RunOptions = {},
): Promise<Metrics> {
  const clock = new VirtualClock();
  const made = tasks(clock);
  const flow = 'definition' in made ? made : flowOf(made);
  await clock.passUntil(run(flow, undefined, { clock, ...options }).result);
  return otel.collect();
}

const points = (metrics: Metrics, name: string): readonly string[] =>
  metrics[`workflow.${name}`]?.points ?? [];
const boom = (): never => {
  throw new TypeError('boom');
};

describe('the metrics of a run', () => {
  test('are its length, those of its tasks, of their attempts and of the time they were queued', async () => {
    const metrics = await metered(
      (clock) => [
        { id: 'a', handler: () => clock.sleep(1_500) },
        { id: 'b', handler: () => clock.sleep(500) },
        { id: 'c', dependsOn: ['a'], handler: boom },
        { id: 'd', dependsOn: ['c'], handler: () => 1 },
      ],
      { concurrency: 1 },
    );
    expect(points(metrics, 'execution.duration')).toEqual([
      'workflow=w outcome=partial error=run_failed: 1 in 2 s',
    ]);
    expect(points(metrics, 'execution.completed')).toEqual([
      'workflow=w outcome=partial error=run_failed: 1',
    ]);
    expect(points(metrics, 'task.duration')).toEqual([
      'workflow=w task=a state=succeeded: 1 in 1.5 s',
      'workflow=w task=b state=succeeded: 1 in 2 s',
      'workflow=w task=c state=failed error=TypeError: 1 in 0 s',
    ]);
    expect(points(metrics, 'task.completed')).toEqual([
      'workflow=w task=a state=succeeded: 1',
      'workflow=w task=b state=succeeded: 1',
      'workflow=w task=c state=failed error=TypeError: 1',
      'workflow=w task=d state=upstream_failed: 1',
    ]);
    expect(points(metrics, 'task.attempt.duration')).toEqual([
      'workflow=w task=a outcome=succeeded: 1 in 1.5 s',
      'workflow=w task=b outcome=succeeded: 1 in 0.5 s',
      'workflow=w task=c outcome=failed error=TypeError: 1 in 0 s',
    ]);
    expect(points(metrics, 'task.queue.duration')).toEqual([
      'workflow=w task=a: 1 in 0 s',
      'workflow=w task=b: 1 in 1.5 s',
      'workflow=w task=c: 1 in 0 s',
    ]);
    const { unit, bounds } = metrics['workflow.task.duration'] ?? {};
    expect([unit, bounds?.at(0), bounds?.at(-1)]).toEqual(['s', 0.001, 86_400]);
  });

  test('count retries, missed SLAs and what is undone', async () => {
    let tries = 0;
    const metrics = await metered((clock) => [
      {
        id: 'flaky',
        retry: { attempts: 3, delay: 1_000, jitter: 'none', backoff: 'constant' },
        sla: 500,
        compensate: { undo: boom, retry: { attempts: 2, delay: 1 } },
        handler: () => (++tries < 3 ? boom() : 1),
      },
      { id: 'slow', compensate: { undo: () => 1 }, handler: () => clock.sleep(3_000) },
      { id: 'bad', dependsOn: ['flaky', 'slow'], handler: boom },
    ]);
    expect(points(metrics, 'task.retries')).toEqual(['workflow=w task=flaky error=TypeError: 2']);
    expect(points(metrics, 'task.sla_missed')).toEqual(['workflow=w task=flaky: 1']);
    expect(points(metrics, 'task.compensations')).toEqual([
      'workflow=w task=flaky outcome=failed error=TypeError: 1',
      'workflow=w task=slow outcome=succeeded: 1',
    ]);
    expect(points(metrics, 'task.queue.duration')).toContain('workflow=w task=flaky: 3 in 0 s');
  });

  test('tell the attempts of items apart from what became of their task', async () => {
    const metrics = await metered((clock) => [
      {
        id: 'fan',
        fanOut: { kind: 'each', select: () => [1, 2, 3] },
        handler: async ({ item }: { readonly item: number }) => {
          await clock.sleep(item * 1_000);
          if (item === 2) boom();
        },
      },
    ]);
    expect(points(metrics, 'task.attempt.duration')).toEqual([
      'workflow=w task=fan outcome=cancelled: 1 in 2 s',
      'workflow=w task=fan outcome=failed error=TypeError: 1 in 2 s',
      'workflow=w task=fan outcome=succeeded: 1 in 1 s',
    ]);
    expect(points(metrics, 'task.duration')).toEqual([
      'workflow=w task=fan state=failed error=item_failed: 1 in 2 s',
    ]);
    expect(points(metrics, 'task.active')).toEqual(['workflow=w: 0']);
  });

  test.each(['run', 'tasks', 'attempts', 'items'] as const)(
    'are all there whatever the detail of the spans: %s',
    async (telemetry) => {
      const metrics = await metered(() => [{ id: 'a', handler: () => 1 }], { telemetry });
      expect(points(metrics, 'task.completed')).toEqual(['workflow=w task=a state=succeeded: 1']);
    },
  );

  test('are none where telemetry is off', async () => {
    const metrics = await metered(
      () => [{ id: 'a', handler: (_: never, context) => context.metrics.add('mine') }],
      { telemetry: 'off' },
    );
    expect(metrics).toEqual({});
  });

  test('count runs below another by themselves', async () => {
    const child = flowOf([{ id: 'x', handler: () => 1 }], { id: 'below' });
    const metrics = await metered(() => [{ id: 'call', child: { workflow: child } }]);
    expect(points(metrics, 'execution.completed')).toEqual([
      'workflow=below outcome=success: 1',
      'workflow=w outcome=success: 1',
    ]);
    expect(points(metrics, 'task.completed')).toHaveLength(2);
    expect(points(metrics, 'task.active')).toEqual(['workflow=below: 0', 'workflow=w: 0']);
  });
});

describe('what is active', () => {
  const active = async (): Promise<readonly string[]> => {
    const metrics = await otel.collect();
    return [...points(metrics, 'execution.active'), ...points(metrics, 'task.active')];
  };

  test('is counted while a run goes on, and is nothing once it was cancelled', async () => {
    const clock = new VirtualClock();
    const flow = flowOf([
      { id: 'a', handler: untilAborted },
      { id: 'b', handler: untilAborted },
      { id: 'c', dependsOn: ['a'], handler: () => 1 },
      { id: 'd', sleep: 60_000 },
    ]);
    const handle = run(flow, undefined, { clock, concurrency: 1 });
    await clock.advance(10);
    expect(await active()).toEqual(['workflow=w: 1', 'workflow=w: 3']);
    await clock.passUntil(handle.cancel());
    expect(await active()).toEqual(['workflow=w: 0', 'workflow=w: 0']);
  });

  test('is nothing once a run cannot be kept any more', async () => {
    const clock = new VirtualClock();
    const memory = createMemoryStore();
    let isFull = false;
    const append: typeof memory.append = (...given) =>
      isFull ? Promise.reject(new Error('the disk is full')) : memory.append(...given);
    const store = new Proxy(memory, {
      get: (target, name: keyof typeof memory) =>
        name === 'append' ? append : (target[name] as () => unknown).bind(target),
    });
    const flow = flowOf([
      { id: 'a', handler: () => clock.sleep(100).then(() => (isFull = true)) },
      { id: 'b', dependsOn: ['a'], handler: () => 1 },
    ]);
    const result = await clock.passUntil(run(flow, undefined, { clock, store }).result);
    expect(result.error).toMatchObject({ code: 'run_not_kept' });
    expect(await active()).toEqual(['workflow=w: 0', 'workflow=w: 0']);
  });

  test('goes with the process that leaves a run, and comes with the one that goes on with it', async () => {
    const store = createMemoryStore();
    const tasks = (): Workflow =>
      flowOf([
        { id: 'nap', sleep: 1_000 },
        { id: 'b', dependsOn: ['nap'], handler: () => 2 },
      ]);
    const first = new VirtualClock();
    const mortal = mortalStore(store);
    void run(tasks(), undefined, { id: 'r', clock: first, store: mortal.store });
    await first.advance(400);
    expect(await active()).toEqual(['workflow=w: 1', 'workflow=w: 1']);
    await mortal.die();
    endSpans();
    expect(await active()).toEqual(['workflow=w: 0', 'workflow=w: 0']);
    // What the first one still does is not told.
    await first.advance(2_000);
    expect(await active()).toEqual(['workflow=w: 0', 'workflow=w: 0']);
    const second = new VirtualClock();
    const handle = run(tasks(), undefined, { id: 'r', clock: second, store });
    await second.advance(10);
    expect((await active())[0]).toBe('workflow=w: 1');
    await second.passUntil(handle.result);
    const metrics = await otel.collect();
    expect(await active()).toEqual(['workflow=w: 0', 'workflow=w: 0']);
    expect(points(metrics, 'execution.completed')).toEqual(['workflow=w outcome=success: 1']);
    expect(points(metrics, 'task.completed')).toEqual([
      'workflow=w task=b state=succeeded: 1',
      'workflow=w task=nap state=succeeded: 1',
    ]);
  });
});

describe('what runs share', () => {
  test('is told as it is when it is collected: pools', async () => {
    const clock = new VirtualClock();
    const db = pool('db', { slots: 2 });
    const free = pool('free', { rate: { limit: 100, interval: '1s' } });
    const flow = flowOf(
      Array.from({ length: 3 }, (_, index) => ({
        id: `t${index}`,
        pools: [{ pool: db }, { pool: free }],
        handler: () => clock.sleep(1_000),
      })),
    );
    const handle = run(flow, undefined, { clock });
    await clock.advance(10);
    const during = await otel.collect();
    const of = (metrics: Metrics, what: string): readonly string[] =>
      points(metrics, `pool.${what}`).filter((line) => /pool=(?:db|free)/.test(line));
    expect(of(during, 'used')).toEqual(['pool=db: 2', 'pool=free: 2']);
    expect(of(during, 'waiting')).toEqual(['pool=db: 1', 'pool=free: 0']);
    expect(of(during, 'limit')).toEqual(['pool=db: 2']);
    await clock.passUntil(handle.result);
    const after = await otel.collect();
    expect(of(after, 'used')).toEqual(['pool=db: 0', 'pool=free: 0']);
    expect(of(after, 'waiting')).toEqual(['pool=db: 0', 'pool=free: 0']);
  });

  test('is told as it is when it is collected: breakers', async () => {
    const clock = new VirtualClock();
    let isUp = false;
    const flow = flowOf([
      {
        id: 'call',
        breaker: { name: 'payments', minimumCalls: 1, resetAfter: '10s' },
        retry: { attempts: 2, delay: 0 },
        handler: () => (isUp ? clock.sleep(1_000) : boom()),
      },
    ]);
    const state = async (): Promise<readonly string[]> => points(await otel.collect(), 'breaker.state');
    const handle = run(flow, undefined, { clock });
    await clock.advance(5_000);
    expect(await state()).toEqual(['breaker=payments: 2']);
    isUp = true;
    await clock.advance(5_500);
    expect(await state()).toEqual(['breaker=payments: 1']);
    await clock.passUntil(handle.result);
    expect(await state()).toEqual(['breaker=payments: 0']);
  });
});

describe('the names that metrics are told apart by', () => {
  test('are bounded: what comes too late is _OTHER', async () => {
    const flow = flowOf(Array.from({ length: 1_010 }, (_, index) => ({ id: `t${index}`, handler: () => 1 })));
    await run(flow);
    for (let index = 0; index < 205; index++)
      await run(flowOf([{ id: 'x', handler: boom }], { id: `w${index}` }));
    const metrics = await otel.collect();
    const tasks = points(metrics, 'task.completed');
    expect(tasks.filter((line) => line.startsWith('workflow=w '))).toHaveLength(1_001);
    expect(tasks).toContain('workflow=w task=_OTHER state=succeeded: 10');
    const runs = points(metrics, 'execution.completed');
    expect(runs).toHaveLength(201);
    expect(runs).toContain('workflow=_OTHER outcome=failed error=run_failed: 6');
  });
});

describe('metrics of one’s own', () => {
  test('have the workflow and the task filled in', async () => {
    const metrics = await metered(() => [
      {
        id: 'load',
        retry: { attempts: 2, delay: 0 },
        handler: (_: never, { metrics: own, attempt }) => {
          own.add('rows_loaded', 120, { unit: '{row}', attributes: { table: 'orders' } });
          own.add('batches');
          own.record('batch_size', 12.5, { unit: 'By', description: 'How large a batch is.' });
          if (attempt === 1) boom();
        },
      },
    ]);
    expect(metrics['rows_loaded']).toMatchObject({
      unit: '{row}',
      points: ['table=orders workflow=w task=load: 240'],
    });
    expect(metrics['batches']?.points).toEqual(['workflow=w task=load: 2']);
    expect(metrics['batch_size']).toMatchObject({ unit: 'By', points: ['workflow=w task=load: 2 in 25 s'] });
  });

  test('are collected from where isolated tasks run', async () => {
    const metrics = await metered(() => [{ id: 'far', isolate: {}, handler: () => 1 }], {
      module: 'file:///w.ts',
      dispatcher: {
        dispatch: async ({ metered: asked }, observer) => {
          expect(asked).toBe(true);
          observer.measure?.({ use: 'add', name: 'rows', value: 3, options: undefined });
        },
      },
    });
    expect(metrics['rows']?.points).toEqual(['workflow=w task=far: 3']);
  });

  test('are nothing where there is no provider', async () => {
    await otel.close();
    const handler: PlainTask['handler'] = (_: never, { metrics }) => {
      metrics.add('rows', 2);
      metrics.record('size', 3);
    };
    const result = await run(flowOf([{ id: 'a', handler }]));
    expect(result.state).toBe('succeeded');
  });
});
