import { beforeAll, describe, expect, test } from 'vitest';
import { gate, mortalStore, VirtualClock } from '@wf-sdk/testing';
import { fails, flowOf, type PlainTask, taskOf } from '../../test/kit.ts';
import { Lives } from '../../test/lives.ts';
import { loadBreakers } from '../execute/breakers.ts';
import {
  createMemoryStore,
  on,
  type OnFailure,
  readLog,
  resume,
  retry,
  run,
  type RunOptions,
  send,
  type Store,
  type Workflow,
  workflow,
} from '../index.ts';
import { childIdOf, placeOf } from './child-id.ts';

const MINUTE = 60_000;

// Loaded before: what takes real time would let a virtual clock believe that nothing goes on any more.
beforeAll(loadBreakers);

const asks: PlainTask = { id: 'review', handler: fails, recover: [on(Error).escalate('how many?')] };

/** A workflow that has done something, and waits for a person, as one that it runs does. */
function order(undone: string[], { maxActiveRuns }: { maxActiveRuns?: number } = {}): Workflow {
  const book = (id: string): PlainTask => ({
    id: 'book',
    handler: () => 1,
    compensate: { undo: (_output, _data, { run: of }) => undone.push(`${id} ${of.id}`) },
  });
  const inner = flowOf([book('inner'), { ...asks, dependsOn: ['book'] }], { id: 'inner' });
  const tasks = [
    book('order'),
    { ...asks, dependsOn: ['book'] },
    { id: 'in', dependsOn: ['book'], child: { workflow: inner } },
  ];
  return flowOf(tasks, { id: 'order', ...(maxActiveRuns !== undefined && { maxActiveRuns }) });
}

async function statesIn(store: Store): Promise<Record<string, string>> {
  const runs = await store.list({ limit: 1_000 });
  return Object.fromEntries<string>(runs.map(({ id, state }) => [id, state]));
}

/** Why a run was cancelled, as its log says. */
async function reasonOf(store: Store, id: string): Promise<unknown> {
  for await (const event of readLog(store, id)) if (event.type === 'run.cancelling') return event.reason;
  return undefined;
}

const ENDED = { 'r~a': 'cancelled', 'r~a~in': 'cancelled' };
const UNDONE = ['inner r~a~in', 'order r~a'];

describe('a run below that was left is ended', () => {
  const left = async (
    tasks: (child: PlainTask) => readonly PlainTask[],
    options: RunOptions & { readonly onFailure?: OnFailure } = {},
  ): Promise<{ lives: Lives; undone: string[] }> => {
    const undone: string[] = [];
    const lives = new Lives(flowOf(tasks({ id: 'a', child: { workflow: order(undone) } })));
    await lives.live('1m', options);
    expect(await statesIn(lives.store)).toEqual({ r: 'waiting', 'r~a': 'waiting', 'r~a~in': 'waiting' });
    return { lives, undone };
  };

  test('when the run above is cancelled from elsewhere, as are those below it, and what they did is undone', async () => {
    const { lives, undone } = await left((child) => [child]);
    await send(lives.store, 'r', { type: 'cancel', reason: 'no need' });
    const { result, clock, events } = await lives.end();
    expect(result).toMatchObject({ state: 'cancelled', tasks: { a: { state: 'cancelled' } } });
    expect(await statesIn(lives.store)).toEqual({ r: 'cancelled', ...ENDED });
    expect(undone).toEqual(UNDONE);
    expect(await reasonOf(lives.store, 'r~a')).toMatchObject({ code: 'cancelled', cause: 'no need' });
    // The end of the run above is the last that is told.
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', run: 'r' });
    expect(clock.timers).toBe(0);
  });

  test('without being waited for, where that is forced', async () => {
    const { lives, undone } = await left((child) => [child]);
    await send(lives.store, 'r', { type: 'cancel', force: true });
    expect((await lives.end()).result.state).toBe('cancelled');
    expect(await statesIn(lives.store)).toEqual({ r: 'cancelled', ...ENDED });
    expect(undone).toEqual([]);
  });

  test('when the time of the run above is over', async () => {
    const { lives, undone } = await left((child) => [child], { timeout: '1h' });
    lives.pass(2 * 60 * MINUTE);
    expect((await lives.end()).result.error).toMatchObject({ code: 'run_timeout' });
    expect(await statesIn(lives.store)).toEqual({ r: 'failed', ...ENDED });
    expect(undone).toEqual(UNDONE);
    expect(await reasonOf(lives.store, 'r~a')).toMatchObject({ code: 'run_timeout' });
  });

  test('when the deadline of its task has passed, though the run above goes on for long', async () => {
    const { lives, undone } = await left((child) => [
      { ...child, deadline: '1h' },
      { id: 'nap', sleep: '3h' },
    ]);
    lives.pass(2 * 60 * MINUTE);
    const { events } = await lives.live('1m');
    expect(await statesIn(lives.store)).toEqual({ r: 'waiting', ...ENDED });
    expect(undone).toEqual(UNDONE);
    expect(await reasonOf(lives.store, 'r~a')).toMatchObject({ code: 'deadline_exceeded' });
    // A process that leaves with the first wait of all leaves nothing that is being ended.
    const told = events.map(({ run: of, type }) => `${of} ${type}`);
    expect(told.indexOf('r run.waiting')).toBeGreaterThan(told.indexOf('r~a run.finished'));
    expect((await lives.end()).result.state).toBe('failed');
  });

  test('when another task has failed, and the run above fails fast', async () => {
    const { lives, undone } = await left(
      (child) => [child, { id: 'nap', sleep: '1h' }, { id: 'b', dependsOn: ['nap'], handler: fails }],
      { onFailure: 'fail-fast' },
    );
    lives.pass(2 * 60 * MINUTE);
    expect((await lives.end({ onFailure: 'fail-fast' })).result.state).toBe('failed');
    expect(await statesIn(lives.store)).toEqual({ r: 'failed', ...ENDED });
    expect(undone).toEqual(UNDONE);
  });

  test('before the run above is retried, which begins another', async () => {
    const { lives } = await left((child) => [child]);
    await send(lives.store, 'r', { type: 'cancel' });
    await lives.end();
    const clock = new VirtualClock();
    const flow = flowOf([{ id: 'a', child: { workflow: order([]) } }]);
    void retry(flow, 'r', { store: lives.store, clock });
    await expect
      .poll(() => statesIn(lives.store))
      .toEqual({
        r: 'waiting',
        ...ENDED,
        'r~a~1.1': 'waiting',
        'r~a~1.1~in': 'waiting',
      });
  });
});

test('items are ended with their task, those too that wait for their turn', async () => {
  const undone: string[] = [];
  const child = { workflow: order(undone, { maxActiveRuns: 1 }) };
  const lives = new Lives(flowOf([{ id: 'each', fanOut: { kind: 'each', select: () => [1, 2, 3] }, child }]));
  await lives.live('1m');
  const waiting = { 'r~each[0]': 'waiting', 'r~each[1]': 'pending', 'r~each[2]': 'pending' };
  expect(await statesIn(lives.store)).toMatchObject({ r: 'waiting', ...waiting });
  await send(lives.store, 'r', { type: 'cancel' });
  await lives.end();
  expect(await statesIn(lives.store)).toEqual({
    r: 'cancelled',
    'r~each[0]': 'cancelled',
    'r~each[0]~in': 'cancelled',
    'r~each[1]': 'cancelled',
    'r~each[2]': 'cancelled',
  });
  expect(undone).toEqual(['inner r~each[0]~in', 'order r~each[0]']);
});

test('an item is ended alone, where it has failed and the others go on', async () => {
  const hold = gate();
  const workflow = flowOf(
    [
      { id: 'x', handler: () => 1, compensate: { undo: () => hold.promise } },
      { ...asks, dependsOn: ['x'] },
    ],
    { id: 'child' },
  );
  const fanOut = { kind: 'each', select: () => [1, 2], join: 'allSettled' } as const;
  const lives = new Lives(flowOf([{ id: 'each', fanOut, timeout: '30m', child: { workflow } }]));
  await lives.live('20m');
  // The time of their attempts begins again in another process; it dies while the runs of both are being ended.
  await lives.live('40m');
  expect(await statesIn(lives.store)).toEqual({
    r: 'running',
    'r~each[0]': 'running',
    'r~each[1]': 'running',
  });
  hold.open();
  const { result } = await lives.end();
  expect(result.state).toBe('succeeded');
  expect(await statesIn(lives.store)).toEqual({
    r: 'succeeded',
    'r~each[0]': 'cancelled',
    'r~each[1]': 'cancelled',
  });
});

describe('a run below whose attempt has timed out', () => {
  /** The process that ends it dies meanwhile. */
  async function timedOut(policies: Partial<PlainTask>): Promise<Lives> {
    let isHeld = true;
    const undo = () => (isHeld ? new Promise(() => undefined) : undefined);
    const child = flowOf([
      { id: 'x', handler: () => 1, compensate: { undo } },
      { ...asks, dependsOn: ['x'] },
    ]);
    const workflow = { definition: { ...child.definition, id: 'child' } };
    const lives = new Lives(flowOf([{ id: 'a', child: { workflow }, timeout: '30m', ...policies }]));
    await lives.live('40m');
    expect((await lives.kept('r~a')).state).toBe('running');
    expect((await lives.kept()).state).toBe('running');
    isHeld = false;
    return lives;
  }

  test('is ended by the next process, while its task waits for another attempt', async () => {
    const lives = await timedOut({ retry: { attempts: 2, delay: '5h' } });
    await lives.live('1m');
    expect(await statesIn(lives.store)).toEqual({ r: 'waiting', 'r~a': 'cancelled' });
    expect(await reasonOf(lives.store, 'r~a')).toMatchObject({ code: 'timeout' });
  });

  test('is ended before its run is, in one process, too', async () => {
    const hold = gate();
    const undo = () => hold.promise;
    const workflow = flowOf([
      { id: 'x', handler: () => 1, compensate: { undo } },
      { ...asks, dependsOn: ['x'] },
    ]);
    const [store, clock] = [createMemoryStore(), new VirtualClock()];
    const flow = flowOf([{ id: 'a', child: { workflow }, timeout: '30m' }]);
    const handle = run(flow, undefined, { id: 'r', store, clock });
    await clock.advance('1h');
    expect(await statesIn(store)).toEqual({ r: 'running', 'r~a': 'running' });
    hold.open();
    expect((await clock.passUntil(handle)).state).toBe('failed');
    expect(await statesIn(store)).toEqual({ r: 'failed', 'r~a': 'cancelled' });
  });

  test('is not waited for by a run that ends, where that is forced', async () => {
    const undo = () => new Promise(() => undefined);
    const workflow = flowOf([
      { id: 'x', handler: () => 1, compensate: { undo } },
      { ...asks, dependsOn: ['x'] },
    ]);
    const [store, clock] = [createMemoryStore(), new VirtualClock()];
    const flow = flowOf([{ id: 'a', child: { workflow }, timeout: '30m' }]);
    const handle = run(flow, undefined, { id: 'r', store, clock });
    await clock.advance('1h');
    void handle.cancel('enough', { force: true });
    expect((await clock.passUntil(handle)).state).toBe('failed');
    expect(await statesIn(store)).toEqual({ r: 'failed', 'r~a': 'cancelled' });
  });

  test.each(['skip', 'fail'] as const)('is ended where a person says %s of its task', async (decision) => {
    const lives = await timedOut({ recover: [on(Error).escalate()] });
    await send(lives.store, 'r', { type: decision, task: 'a' });
    const { result } = await lives.end();
    expect(taskOf(result, 'a').state).toBe(decision === 'skip' ? 'skipped' : 'failed');
    expect(await statesIn(lives.store)).toEqual({ r: result.state, 'r~a': 'cancelled' });
  });
});

test('whenever a process dies that ends them, the next goes on with that', async () => {
  for (let appends = 1; appends < 20; appends++) {
    const undone: string[] = [];
    const lives = new Lives(flowOf([{ id: 'a', child: { workflow: order(undone) } }]));
    await lives.live('1m');
    await send(lives.store, 'r', { type: 'cancel' });
    await lives.live('1m', {}, appends);
    const { r: state, ...below } = await statesIn(lives.store);
    expect(state === 'cancelled' ? below : ENDED).toEqual(ENDED);
    expect((await lives.end()).result.state).toBe('cancelled');
    expect(await statesIn(lives.store)).toEqual({ r: 'cancelled', ...ENDED });
    expect([...new Set(undone)]).toEqual(UNDONE);
  }
});

test('where one cannot be gone on with, nor is the run above, and nothing is lost', async () => {
  const [store, undone] = [createMemoryStore(), [] as string[]];
  const first = new VirtualClock();
  const mortal = mortalStore(store);
  const flow = flowOf([{ id: 'a', child: { workflow: order(undone) } }]);
  void run(flow, undefined, { id: 'r', store: mortal.store, clock: first });
  await first.advance('1m');
  await mortal.die();
  const other = flowOf([{ id: 'new', handler: () => 1 }], { id: 'order' });
  const changed = flowOf([{ id: 'a', child: { workflow: other } }]);
  const refused = async (): Promise<void> => {
    const { error } = await resume(changed, 'r', { store });
    expect(error).toMatchObject({ code: 'run_not_kept', run: 'r' });
    expect(error?.cause).toMatchObject({ code: 'structure_changed', run: 'r~a' });
    expect(await statesIn(store)).toEqual({ r: 'running', 'r~a': 'waiting', 'r~a~in': 'waiting' });
  };
  await refused();
  await send(store, 'r', { type: 'cancel' });
  await refused();
  expect((await resume(flow, 'r', { store })).state).toBe('cancelled');
  expect(await statesIn(store)).toEqual({ r: 'cancelled', ...ENDED });
  expect(undone).toEqual(UNDONE);
});

test('where one is refused, for want of a secret, the run above does not go on either', async () => {
  const child = workflow('child')
    .addTask('x')
    .secrets('TOKEN')
    .run(() => 1)
    .addTask('nap')
    .dependsOn('x')
    .sleep('3h');
  const lives = new Lives(
    workflow('above')
      .addTask('a')
      .runWorkflow(() => child),
  );
  const secrets = (): Record<string, string> => ({ TOKEN: 'a long enough token' });
  await lives.live('1m', { secrets });
  const { result } = await lives.end({ secrets: () => ({}) });
  expect(result.error).toMatchObject({ code: 'run_not_kept' });
  expect(result.error?.cause).toMatchObject({ code: 'secrets_missing' });
  expect(await statesIn(lives.store)).toEqual({ r: 'running', 'r~a': 'waiting' });
  expect((await lives.end({ secrets })).result.state).toBe('succeeded');
  expect(await statesIn(lives.store)).toEqual({ r: 'succeeded', 'r~a': 'succeeded' });
});

test.each([
  { task: 'a', item: undefined, attempt: 1, retries: 0 },
  { task: 'a-b', item: 12, attempt: 1, retries: 0 },
  { task: 'a', item: undefined, attempt: 3, retries: 0 },
  { task: 'a', item: 0, attempt: 1, retries: 2 },
])('the ID of a run below says which attempt runs it: %j', (place) => {
  for (const parent of ['r', 'r~x[1]~2.1']) expect(placeOf(parent, childIdOf(parent, place))).toEqual(place);
  expect(placeOf('s', childIdOf('r', place))).toBeUndefined();
});
