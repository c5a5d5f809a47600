import { describe, expect, test } from 'vitest';
import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { flowOf, lines, type PlainTask, recorder, statesOf } from '../../test/kit.ts';
import { checkLog } from '../../test/invariants.ts';
import { compile } from '../compile/compile.ts';
import { createMemoryStore, readLog, resume, retry, run, type RunEvent, type Store } from '../index.ts';

const give =
  (value: unknown): (() => unknown) =>
  () =>
    value;

const hang: PlainTask['handler'] = () => new Promise(() => undefined);

/** `b` was running when the process died; `c` and `d` had not begun. */
const before: readonly PlainTask[] = [
  { id: 'a', handler: give('A') },
  { id: 'b', dependsOn: ['a'], handler: hang },
  { id: 'c', dependsOn: ['b'], handler: give('C') },
  { id: 'd', dependsOn: ['c'], handler: give('D') },
];

async function died(tasks: readonly PlainTask[]): Promise<{ store: Store; clock: VirtualClock }> {
  const store = createMemoryStore();
  const clock = new VirtualClock();
  const mortal = mortalStore(store);
  void run(flowOf(tasks), undefined, { id: 'r', clock, store: mortal.store });
  await clock.settle();
  await mortal.die();
  return { store, clock };
}

async function logOf(store: Store): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readLog(store, 'r')) events.push(event);
  return events;
}

/** The same with `c` gone, `d` changed, and two more: `n` in the midst of what has ended, `m` after `d`. */
const after: readonly PlainTask[] = [
  { id: 'a', handler: give('A') },
  { id: 'b', dependsOn: ['a'], handler: give('B') },
  { id: 'n', dependsOn: ['a'], handler: give('N') },
  { id: 'd', dependsOn: ['b', 'n'], handler: ({ b, n }: { b: string; n: string }) => `${b}${n}` },
  { id: 'm', dependsOn: ['d'], handler: give('M') },
];

describe('a workflow that has changed', () => {
  test('is gone on with where it is allowed, and only what has not begun has', async () => {
    const { store, clock } = await died(before);
    const flow = flowOf(after);
    const refused = await resume(flow, 'r', { clock, store });
    expect(refused.error?.cause).toMatchObject({
      code: 'structure_changed',
      changes: [
        "task 'c' is no longer there",
        `task 'd': dependsOn was ["c"], is ["b","n"]`,
        "task 'm' is new",
        "task 'n' is new",
      ],
      message: expect.stringContaining('None of these tasks has begun: allow the change') as string,
    });
    const { events, observe } = recorder();
    const result = await clock.passUntil(
      resume(flow, 'r', { clock, store, allowChanged: true, observers: [observe] }),
    );
    expect(result).toMatchObject({
      state: 'succeeded',
      outputs: { a: 'A', b: 'B', n: 'N', d: 'BN', m: 'M' },
    });
    expect(events[0]).toMatchObject({ type: 'run.resumed', changed: ['c', 'd', 'm', 'n'] });
    expect(lines(events)).toContain('task.queued n');
    // From now on that is its structure.
    expect((await resume(flow, 'r', { clock, store })).outputs).toEqual(result.outputs);
    expect((await resume(flowOf(before), 'r', { clock, store })).error?.cause).toMatchObject({
      code: 'structure_changed',
    });
  });

  test('and goes on under it after another death', async () => {
    const { store, clock } = await died(before);
    const flow = flowOf(after);
    for (const appends of [1, 2, 1]) {
      const mortal = mortalStore(store, { appends });
      void resume(flow, 'r', { clock, store: mortal.store, allowChanged: true });
      await clock.settle();
      await mortal.die();
    }
    const result = await clock.passUntil(resume(flow, 'r', { clock, store }));
    expect(result.outputs).toEqual({ a: 'A', b: 'B', n: 'N', d: 'BN', m: 'M' });
  });

  test('is refused where something has begun that is not as it was', async () => {
    const { store, clock } = await died(before);
    const changed = flowOf([
      { id: 'b', handler: give('B') },
      { id: 'c', dependsOn: ['b'], handler: give('C') },
      { id: 'e', dependsOn: ['c'], handler: give('E') },
    ]);
    const { error } = await resume(changed, 'r', { clock, store, allowChanged: true });
    expect(error?.cause).toMatchObject({
      code: 'structure_changed',
      changes: ["task 'a' is no longer there", `task 'b': dependsOn was ["a"], is []`],
      message: expect.stringContaining('only what has not can change') as string,
    });
    expect((await store.find('r'))?.lease).toBeUndefined();
    expect(keptIds((await store.find('r'))?.structure)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('tells at once what becomes of a new task', async () => {
    const { store, clock } = await died([
      {
        id: 'a',
        handler: () => {
          throw new Error('no');
        },
      },
      { id: 'b', handler: hang },
    ]);
    const flow = flowOf([
      { id: 'a', handler: give('A') },
      { id: 'b', handler: give('B') },
      { id: 'n', dependsOn: ['a'], handler: give('N') },
      { id: 'o', dependsOn: ['n'], triggerRule: 'all_success', handler: give('O') },
    ]);
    const result = await clock.passUntil(resume(flow, 'r', { clock, store, allowChanged: true }));
    expect(statesOf(result)).toEqual({
      a: 'failed',
      b: 'succeeded',
      n: 'upstream_failed',
      o: 'upstream_failed',
    });
    const types = lines(await logOf(store));
    expect(types).toContain('task.upstream_failed n');
    expect(types).toContain('task.upstream_failed o');
  });

  test('does not bring an ended run to life, but can be retried', async () => {
    const store = createMemoryStore();
    const failing: PlainTask['handler'] = () => {
      throw new Error('no');
    };
    const tasks: readonly PlainTask[] = [
      { id: 'a', handler: give('A') },
      { id: 'b', dependsOn: ['a'], handler: failing },
      { id: 'c', dependsOn: ['b'], handler: give('C') },
    ];
    await run(flowOf(tasks), undefined, { id: 'r', store });
    // What failed is now two tasks.
    const flow = flowOf([
      { id: 'a', handler: give('A') },
      { id: 'b1', dependsOn: ['a'], handler: give('B1') },
      { id: 'b2', dependsOn: ['b1'], handler: give('B2') },
      { id: 'c', dependsOn: ['b2'], handler: give('C') },
    ]);
    const options = { store, allowChanged: true };
    expect((await resume(flow, 'r', options)).error?.cause).toMatchObject({ code: 'structure_changed' });
    const result = await retry(flow, 'r', options);
    expect(result).toMatchObject({ state: 'succeeded', outputs: { a: 'A', b1: 'B1', b2: 'B2', c: 'C' } });
    const { observe, events } = recorder();
    expect((await retry(flow, 'r', { store, from: 'b2', observers: [observe] })).state).toBe('succeeded');
    expect(events[0]).toMatchObject({ type: 'run.retried', tasks: ['b2', 'c'] });
    const log = await logOf(store);
    expect(log.filter(({ type }) => type === 'run.retried')).toMatchObject([
      { tasks: ['b', 'c'], changed: ['b', 'c', 'b1', 'b2'] },
      { tasks: ['b2', 'c'] },
    ]);
    expect(() => checkLog(log, compile(flow), Infinity)).not.toThrow();
    expect(keptIds((await store.find('r'))?.structure)).toEqual(['a', 'b1', 'b2', 'c']);
  });

  test('is refused where what has succeeded depends on more now', async () => {
    const store = createMemoryStore();
    const failing: PlainTask['handler'] = () => {
      throw new Error('no');
    };
    await run(
      flowOf([
        { id: 'a', handler: give('A') },
        { id: 'b', handler: failing },
      ]),
      undefined,
      { id: 'r', store },
    );
    const flow = flowOf([
      { id: 'n', handler: give('N') },
      { id: 'a', dependsOn: ['n'], handler: give('A') },
      { id: 'b', handler: give('B') },
    ]);
    const refused = await retry(flow, 'r', { store, allowChanged: true });
    expect(refused.error?.cause).toMatchObject({ changes: [`task 'a': dependsOn was [], is ["n"]`] });
    const result = await retry(flow, 'r', { store, allowChanged: true, from: 'a' });
    expect(result).toMatchObject({ state: 'succeeded', outputs: { n: 'N', a: 'A', b: 'B' } });
  });
});

function keptIds(structure = '[]'): string[] {
  return (JSON.parse(structure) as { readonly id: string }[]).map(({ id }) => id);
}
