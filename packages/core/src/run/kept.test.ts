import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { gate, mortalStore, VirtualClock } from '@wf-sdk/testing';
import { flowOf, lines, type PlainTask, recorder, statesOf, taskOf } from '../../test/kit.ts';
import {
  createMemoryStore,
  resume,
  run,
  type RunEvent,
  type RunOptions,
  type RunResult,
  send,
  type Store,
  type Workflow,
} from '../index.ts';
import { processName } from '../execute/system.ts';

/** Runs a workflow in a process that dies, and then in another one. */
async function interrupted(
  tasks: (calls: string[]) => readonly PlainTask[],
  appends: number,
  options: RunOptions = {},
): Promise<{
  result: RunResult;
  before: string[];
  after: string[];
  events: readonly RunEvent[];
  clock: VirtualClock;
}> {
  const store = createMemoryStore();
  const clock = new VirtualClock();
  const before: string[] = [];
  const after: string[] = [];
  const header = { id: 'w' };
  const mortal = mortalStore(store, { appends });
  void run(flowOf(tasks(before), header), { n: 1 }, { ...options, id: 'r', clock, store: mortal.store });
  await clock.advance(50);
  await mortal.die();
  const { events, observe } = recorder();
  const handle = run(flowOf(tasks(after), header), undefined, {
    ...options,
    id: 'r',
    clock,
    store,
    observers: [observe],
  });
  return { result: await clock.passUntil(handle), before, after, events, clock };
}

const chain = (calls: string[]): readonly PlainTask[] => [
  { id: 'a', handler: () => calls.push('a') && 1 },
  { id: 'b', dependsOn: ['a'], handler: ({ a }: { a: number }) => calls.push('b') && a + 1 },
  { id: 'c', dependsOn: ['b'], handler: ({ b }: { b: number }) => calls.push('c') && b + 1 },
];

describe('a run that is kept', () => {
  test('writes its whole log, and what became of it', async () => {
    const store = createMemoryStore();
    const { events, observe } = recorder();
    const result = await run(flowOf(chain([])), 5, { id: 'r', store, observers: [observe] });
    expect(result.outcome).toBe('success');
    const log = await store.read('r');
    expect(log.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    expect(await store.find('r')).toMatchObject({ state: 'succeeded', length: log.length, workflow: 'w' });
    expect((await store.find('r'))?.lease).toBeUndefined();
  });

  test('calls no handler before the start of its attempt is kept', async () => {
    const store = createMemoryStore();
    const seen: string[][] = [];
    const handler = async (): Promise<void> => {
      seen.push((await store.read('r')).map(({ type, task }) => `${type} ${task ?? ''}`));
    };
    await run(
      flowOf([
        { id: 'a', handler },
        { id: 'b', dependsOn: ['a'], handler },
      ]),
      undefined,
      { id: 'r', store },
    );
    expect(seen[0]?.at(-1)).toBe('attempt.started a');
    expect(seen[1]).toContain('task.succeeded a');
    expect(seen[1]?.at(-1)).toBe('attempt.started b');
  });

  test('gives its result again when it is run again under its ID', async () => {
    const store = createMemoryStore();
    const calls: string[] = [];
    const first = await run(flowOf(chain(calls)), 5, { id: 'r', store });
    const second = await run(flowOf(chain(calls)), 6, { id: 'r', store });
    expect(calls).toEqual(['a', 'b', 'c']);
    expect(second.outputs).toEqual(first.outputs);
    expect(second).toMatchObject({ state: 'succeeded', startedAt: first.startedAt, endedAt: first.endedAt });
    expect(JSON.parse(JSON.stringify(second))).toEqual(JSON.parse(JSON.stringify(first)));
  });

  test('gives the same result again that failed', async () => {
    const store = createMemoryStore();
    const failing = flowOf([
      {
        id: 'a',
        handler: () => {
          throw new TypeError('no');
        },
      },
      { id: 'b', dependsOn: ['a'], handler: () => 1 },
    ]);
    const first = await run(failing, undefined, { id: 'r', store });
    const second = await run(failing, undefined, { id: 'r', store });
    expect(second.error).toMatchObject({ code: 'run_failed', message: first.error?.message });
    expect(taskOf(second, 'a').error).toBeInstanceOf(TypeError);
    expect(statesOf(second)).toEqual({ a: 'failed', b: 'upstream_failed' });
  });
});

describe('a run whose process died', () => {
  test.each([1, 2, 3, 4, 5, 6, 7])(
    'goes on after %d appends, and runs nothing again that had ended',
    async (appends) => {
      const { result, before, after } = await interrupted(chain, appends);
      expect(result.outputs).toEqual({ a: 1, b: 2, c: 3 });
      // What was under way when it died, and nothing else, is run twice.
      expect([...new Set([...before, ...after])]).toEqual(['a', 'b', 'c']);
      expect(before.length + after.length).toBeLessThanOrEqual(4);
      expect(taskOf(result, 'b').attempts).toBe(1);
    },
  );

  test('says so in its log', async () => {
    const { events } = await interrupted(chain, 2);
    expect(lines(events).slice(0, 2)).toEqual(['run.resumed', 'task.queued b']);
  });

  test('goes on counting attempts, and waits no longer than it has to', async () => {
    const flaky = (calls: string[]): readonly PlainTask[] => [
      {
        id: 'a',
        retry: { attempts: 3, delay: 100, backoff: 'constant' },
        handler: (_: never, { attempt }: { attempt: number }) => {
          calls.push(`a#${attempt}`);
          if (attempt < 3) throw new Error(`${attempt}`);
          return 1;
        },
      },
    ];
    const { result, before, after, clock } = await interrupted(flaky, 2);
    expect([before, after]).toEqual([['a#1'], ['a#2', 'a#3']]);
    expect(taskOf(result, 'a')).toMatchObject({ attempts: 3, state: 'succeeded' });
    expect(taskOf(result, 'a').attemptErrors.map(({ message }) => message)).toEqual(['1', '2']);
    expect(clock.elapsedMs).toBe(200);
  });

  test('sleeps on, and not at all where it is late', async () => {
    const nap = (sleep: number) => (): readonly PlainTask[] => [
      { id: 'nap', sleep },
      { id: 'b', dependsOn: ['nap'], handler: () => 1 },
    ];
    expect((await interrupted(nap(80), 1)).clock.elapsedMs).toBe(80);
    expect((await interrupted(nap(20), 1)).clock.elapsedMs).toBe(50);
  });

  test('runs the items that are left', async () => {
    const fan = (calls: string[]): readonly PlainTask[] => [
      {
        id: 'fan',
        fanOut: { kind: 'each', select: () => [10, 11, 12, 13], concurrency: 1 },
        handler: ({ item }: { item: number }) => calls.push(`${item}`) && item * 2,
      },
    ];
    const { result, before, after } = await interrupted(fan, 3);
    expect(result.outputs).toEqual({ fan: [20, 22, 24, 26] });
    expect(before.length).toBeGreaterThan(0);
    expect(new Set([...before, ...after]).size).toBe(4);
    expect(before.length + after.length).toBeLessThanOrEqual(5);
    expect(taskOf(result, 'fan').items).toEqual({ items: 4, succeeded: 4, failed: 0 });
  });

  test('undoes what was done before it died, once', async () => {
    const undone: string[] = [];
    const saga = (): readonly PlainTask[] => [
      { id: 'a', handler: () => 'A', compensate: { undo: (output: string) => undone.push(output) } },
      {
        id: 'b',
        dependsOn: ['a'],
        fanOut: { kind: 'each', select: () => ['x', 'y'] },
        handler: ({ item }: { item: string }) => `B${item}`,
        compensate: {
          undo: (output: string, { item }: { item: string }) => undone.push(`${output} of ${item}`),
        },
      },
      {
        id: 'c',
        dependsOn: ['b'],
        handler: () => {
          throw new Error('no');
        },
      },
    ];
    for (let appends = 1; appends < 9; appends++) {
      undone.length = 0;
      const { result } = await interrupted(saga, appends);
      expect(result.outcome).toBe('partial');
      expect(result.compensations.map(({ task, item, state }) => `${task} ${item ?? ''} ${state}`)).toEqual([
        'b 1 succeeded',
        'b 0 succeeded',
        'a  succeeded',
      ]);
      expect(new Set(undone)).toEqual(new Set(['By of y', 'Bx of x', 'A']));
      expect(undone.length).toBeLessThanOrEqual(4);
    }
  });

  test('undoes what succeeded too late, though it died before', async () => {
    for (let appends = 2; appends < 9; appends++) {
      const undone: string[] = [];
      const deaf = (clock: VirtualClock): Workflow =>
        flowOf([
          {
            id: 'a',
            handler: () => clock.sleep(10).then(() => 'A'),
            compensate: { undo: (output: string) => undone.push(output) },
          },
        ]);
      const store = createMemoryStore();
      const first = new VirtualClock();
      const mortal = mortalStore(store, { appends });
      const handle = run(deaf(first), undefined, { id: 'r', clock: first, store: mortal.store });
      await first.advance(5);
      void handle.cancel('enough');
      await first.advance(50);
      await mortal.die();
      const kept = (await store.read('r')).map(({ type }) => type);
      const clock = new VirtualClock();
      const result = await clock.passUntil(run(deaf(clock), undefined, { id: 'r', clock, store }).result);
      expect(result.state, `${appends}`).toBe('cancelled');
      expect(result.compensations.length, `${appends}`).toBe(kept.includes('task.cancelled') ? 1 : 0);
      expect(undone.includes('A'), `${appends}`).toBe(kept.includes('task.cancelled'));
    }
  });

  test('goes on waiting for a person', async () => {
    const store = createMemoryStore();
    const clock = new VirtualClock();
    const flow = flowOf([
      {
        id: 'ask',
        handler: () => {
          throw new Error('large');
        },
        recover: [
          {
            match: { kind: 'predicate', test: () => true },
            action: { type: 'escalate', message: 'how many?' },
          },
        ],
      },
      { id: 'b', dependsOn: ['ask'], handler: ({ ask }: { ask: number }) => ask + 1 },
    ]);
    const mortal = mortalStore(store, { appends: 2 });
    const first = run(flow, undefined, { id: 'r', clock, store: mortal.store });
    await clock.settle();
    expect(first.waiting).toHaveLength(1);
    expect(await store.find('r')).toMatchObject({ state: 'waiting' });
    await mortal.die();
    const second = run(flow, undefined, { id: 'r', clock, store });
    await clock.settle();
    expect(second.waiting).toMatchObject([
      { task: 'ask', message: 'how many?', error: { message: 'large' } },
    ]);
    second.approve('ask', 4);
    expect((await second).outputs).toEqual({ ask: 4, b: 5 });
  });

  test('goes on with the runs below it', async () => {
    const calls: string[] = [];
    const child = flowOf(chain(calls), { id: 'child', output: ({ c }: { c: number }) => c });
    const parent = (): readonly PlainTask[] => [
      { id: 'p', child: { workflow: child } },
      { id: 'q', dependsOn: ['p'], handler: ({ p }: { p: number }) => p * 10 },
    ];
    const store = createMemoryStore();
    const clock = new VirtualClock();
    const mortal = mortalStore(store, { appends: 4 });
    void run(flowOf(parent()), undefined, { id: 'r', clock, store: mortal.store });
    await clock.advance(10);
    const died = [...calls];
    expect(died.length).toBeGreaterThan(0);
    await mortal.die();
    const result = await clock.passUntil(run(flowOf(parent()), undefined, { id: 'r', clock, store }));
    expect(result.outputs).toEqual({ p: 3, q: 30 });
    expect(calls.length).toBeLessThanOrEqual(4);
    expect(await store.find('r~p')).toMatchObject({ parent: 'r', state: 'succeeded' });
  });

  test('stays cancelled where it was being cancelled', async () => {
    const store = createMemoryStore();
    const clock = new VirtualClock();
    const hold = gate();
    const flow = flowOf([
      { id: 'a', handler: () => hold.promise },
      { id: 'b', dependsOn: ['a'], handler: () => 1 },
      { id: 'last', dependsOn: ['b'], runAlways: true, triggerRule: 'all_done', handler: () => 'told' },
    ]);
    const mortal = mortalStore(store, { appends: 2 });
    const first = run(flow, undefined, { id: 'r', clock, store: mortal.store });
    await clock.settle();
    void first.cancel('enough');
    await clock.settle();
    await mortal.die();
    const result = await clock.passUntil(run(flow, undefined, { id: 'r', clock, store }));
    expect(result).toMatchObject({ state: 'cancelled', outputs: { last: 'told' } });
    expect(statesOf(result)).toEqual({ a: 'cancelled', b: 'cancelled', last: 'succeeded' });
  });
});

describe('a run is refused', () => {
  test('while another process drives it', async () => {
    const store = createMemoryStore();
    const hold = gate<number>();
    const flow = flowOf([{ id: 'a', handler: () => hold.promise }]);
    const first = run(flow, undefined, { id: 'r', store });
    await new Promise((resolve) => void setImmediate(resolve));
    const second = await run(flow, undefined, { id: 'r', store });
    expect(second).toMatchObject({
      state: 'failed',
      error: { code: 'run_not_kept', cause: { code: 'run_active' } },
    });
    hold.open(1);
    expect((await first).outputs).toEqual({ a: 1 });
  });

  test('and not any more once that is known to have died', async () => {
    const store = createMemoryStore();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const owner = processName().replace(`${process.pid}`, `${pid}`);
    const flow = flowOf([{ id: 'a', handler: () => 1 }]);
    const mortal = mortalStore(store, { appends: 1 });
    void run(flow, undefined, { id: 'r', store: mortal.store });
    await expect.poll(async () => (await store.find('r'))?.length).toBeGreaterThan(0);
    await mortal.die();
    await store.claim('r', { owner, until: Date.now() + 60_000 }, Date.now());
    expect((await run(flow, undefined, { id: 'r', store })).state).toBe('succeeded');
  });

  test('or replaces one of its ID that nobody drives, where it is to', async () => {
    const store = createMemoryStore();
    let calls = 0;
    const flow = flowOf([{ id: 'a', handler: () => ++calls }]);
    await run(flow, undefined, { id: 'r', store });
    const refused = await run(flow, undefined, { id: 'r', store, ifExists: 'fail' });
    expect(refused.error?.cause).toMatchObject({ code: 'run_exists' });
    expect(calls).toBe(1);
    expect((await run(flow, undefined, { id: 'r', store, ifExists: 'replace' })).outputs).toEqual({ a: 2 });
    await store.claim('r', { owner: 'somebody', until: Date.now() + 60_000 }, Date.now());
    const active = await run(flow, undefined, { id: 'r', store, ifExists: 'replace' });
    expect(active.error?.cause).toMatchObject({ code: 'run_active' });
    expect(() => run(flow, undefined, { store, ifExists: 'restart' as 'fail' })).toThrow("option 'ifExists'");
    expect(() => run(flow, undefined, { ifExists: 'fail' })).toThrow('left out where no store is given');
    expect(() => run(flow, undefined, { allowChanged: true })).toThrow("option 'allowChanged'");
  });

  test('when its workflow has changed', async () => {
    const store = createMemoryStore();
    await run(flowOf(chain([])), undefined, { id: 'r', store });
    const changed = flowOf([...chain([]).slice(0, 2), { id: 'd', dependsOn: ['a'], handler: () => 1 }]);
    const { error } = await run(changed, undefined, { id: 'r', store });
    expect(error?.cause).toMatchObject({
      code: 'structure_changed',
      changes: ["task 'c' is no longer there", "task 'd' is new"],
    });
  });

  test('to go on when its store fails, and can be gone on with', async () => {
    const store = createMemoryStore();
    let works = true;
    const failing = new Proxy(store, {
      get(target, name: keyof Store) {
        const method = target[name] as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) =>
          name === 'append' && !works ? Promise.reject(new Error('disk full')) : method.apply(target, args);
      },
    });
    const calls: string[] = [];
    const flow = flowOf([
      {
        id: 'a',
        handler: () => {
          works = false;
          return calls.push('a');
        },
      },
      { id: 'b', dependsOn: ['a'], handler: () => calls.push('b') },
    ]);
    const broken = await run(flow, undefined, { id: 'r', store: failing });
    expect(broken).toMatchObject({
      state: 'failed',
      error: { code: 'run_not_kept', message: expect.stringContaining('disk full') as string },
    });
    expect(calls).toEqual(['a']);
    works = true;
    expect((await run(flow, undefined, { id: 'r', store })).state).toBe('succeeded');
  });

  test.each(['attempt.started', 'compensation.started', 'compensation.succeeded', 'run.finished'])(
    'to undo what is not undone yet when its store fails at %s, and does so when it is gone on with',
    async (type) => {
      const store = createMemoryStore();
      const full: Store['append'] = async (appends) => {
        const entries = appends.flatMap((append) => append.entries);
        if (entries.some((entry) => entry.type === type && entry.task !== 'a')) throw new Error('disk full');
        return store.append(appends);
      };
      const undone: string[] = [];
      const done = (id: string): PlainTask => ({
        id,
        handler: () => id,
        compensate: { undo: (output: unknown) => undone.push(String(output)) },
      });
      const fails = { id: 'c', dependsOn: ['b'], handler: () => Promise.reject(new Error('no')) };
      const flow = flowOf([done('a'), { ...done('b'), dependsOn: ['a'] }, fails]);
      const told: string[] = [];
      const failing = new Proxy(store, {
        get: (of, name: keyof Store) => (name === 'append' ? full : (of[name] as () => unknown).bind(of)),
      });
      const broken = await run(flow, undefined, {
        id: 'r',
        store: failing,
        observers: [(event) => void (event.type === 'compensation.failed' && told.push(event.task))],
      });
      expect(broken.error).toMatchObject({ code: 'run_not_kept' });
      expect(told).toEqual([]);
      const again = await run(flow, undefined, { id: 'r', store });
      expect([again.state, again.compensations.map(({ task, state }) => `${task} ${state}`)]).toEqual([
        'failed',
        ['b succeeded', 'a succeeded'],
      ]);
      // What was undone, and could not be noted down, is undone once more: as with any attempt.
      const twice = { 'compensation.succeeded': ['b'], 'run.finished': ['a'] }[type] ?? [];
      expect(undone.toSorted()).toEqual(['a', 'b', ...twice].toSorted());
    },
  );
});

test('an output that cannot be kept fails its task, with the path named', async () => {
  const store = createMemoryStore();
  const result = await run(
    flowOf([{ id: 'a', retry: { attempts: 3 }, handler: () => ({ rows: [{ send: () => 1 }] }) }]),
    undefined,
    { id: 'r', store },
  );
  expect(taskOf(result, 'a')).toMatchObject({
    state: 'failed',
    attempts: 1,
    error: { code: 'output_unstorable' },
  });
  expect(taskOf(result, 'a').error?.message).toContain('rows[0].send');
});

describe('what is said from another process', () => {
  const asking = flowOf([
    {
      id: 'ask',
      handler: () => {
        throw new Error('large');
      },
      recover: [{ match: { kind: 'predicate', test: () => true }, action: { type: 'escalate' } }],
    },
  ]);

  test('is heard by a run that goes on, once, and its log says by whom', async () => {
    const store = createMemoryStore();
    const { events, observe } = recorder();
    const first = run(asking, undefined, { id: 'r', store, observers: [observe] });
    await expect.poll(() => first.waiting.length).toBe(1);
    await send(store, 'r', { type: 'retry', task: 'ask' }, { by: 'sam' });
    await expect.poll(() => events.filter(({ type }) => type === 'attempt.started').length).toBe(2);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'run.told', what: 'retry', about: 'ask', by: 'sam', message: 1 }),
    );
    await send(store, 'r', { type: 'approve', task: 'none', value: 1 });
    await expect
      .poll(() => events.findLast(({ type }) => type === 'run.told'))
      .toMatchObject({ refused: expect.stringContaining('none') as string });
    await send(store, 'r', { type: 'cancel', reason: 'enough' });
    expect(await first).toMatchObject({
      state: 'cancelled',
      error: { message: expect.stringContaining('enough') as string },
    });
  });

  test('while nobody drives the run is heard when it goes on', async () => {
    const store = createMemoryStore();
    const clock = new VirtualClock();
    const mortal = mortalStore(store, { appends: 2 });
    void run(asking, undefined, { id: 'r', clock, store: mortal.store });
    await clock.settle();
    await mortal.die();
    await send(store, 'r', { type: 'approve', task: 'ask', value: new Date(5) }, { id: 'once' });
    await send(store, 'r', { type: 'approve', task: 'ask', value: new Date(6) }, { id: 'once' });
    const result = await resume(asking, 'r', { store });
    expect(result.outputs).toEqual({ ask: new Date(5) });
  });

  test('to a run that is not there is refused', async () => {
    await expect(send(createMemoryStore(), 'r', { type: 'cancel' })).rejects.toThrow(
      'the store has no run r',
    );
    const result = await resume(asking, 'r', { store: createMemoryStore() });
    expect(result.error?.cause).toMatchObject({ code: 'run_not_found' });
  });
});

test('an output that is too large fails its task, and one that is large is warned of', async () => {
  const store = createMemoryStore();
  const { events, observe } = recorder();
  const flow = flowOf([
    { id: 'a', allowFailure: true, handler: () => 'x'.repeat(700_000) },
    { id: 'b', handler: () => 'x'.repeat(900_000) },
  ]);
  const result = await run(flow, undefined, { id: 'r', store, outputLimit: '800KB', observers: [observe] });
  expect(taskOf(result, 'a').state).toBe('succeeded');
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'task.log',
      task: 'a',
      level: 'warn',
      message: expect.stringContaining('700 KB') as string,
    }),
  );
  expect(taskOf(result, 'b').error).toMatchObject({
    code: 'output_too_large',
    message: expect.stringContaining('outputLimit') as string,
  });
});

test('a run that can be kept no more leaves those below it to be gone on with', async () => {
  const store = createMemoryStore();
  const hold = gate();
  const child = flowOf([{ id: 'x', handler: () => hold.promise.then(() => 3) }], {
    id: 'child',
    output: ({ x }: { x: number }) => x,
  });
  const flow = flowOf([
    { id: 'p', child: { workflow: child } },
    { id: 'side', handler: () => hold.promise },
  ]);
  const first = run(flow, undefined, { id: 'r', store });
  await expect.poll(async () => (await store.find('r~p'))?.length).toBeGreaterThan(1);
  const { lease } = (await store.find('r')) ?? {};
  await store.release('r', lease?.owner ?? '');
  await store.claim('r', { owner: 'somebody else', until: Date.now() + 60_000 }, Date.now());
  hold.open();
  expect((await first).error?.cause).toMatchObject({ code: 'lease_lost' });
  await store.release('r', 'somebody else');
  expect((await resume(flow, 'r', { store })).outputs).toEqual({ p: 3, side: undefined });
});
