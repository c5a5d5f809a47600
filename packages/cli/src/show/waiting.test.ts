import { on, run, type RunEvent, type RunHandle, type RunResult, workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { RunTree } from './run-tree.ts';
import { isStuck, othersIn, signalledIn, wakesAt, waitingIn } from './waiting.ts';

const declined = (): never => {
  throw new Error('declined');
};
const escalate = [on(Error).escalate('call the bank')];

const pay = workflow('pay').addTask('charge').recover(escalate).run(declined);

function gate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

interface Begun {
  readonly tree: RunTree;
  readonly handle: RunHandle<RunResult>;
  readonly next: (type: RunEvent['type']) => Promise<void>;
}

/** Runs a workflow; `next` resolves when an event of this type has happened and what follows from it too. */
function begin(flow: Parameters<typeof run>[0], options: { concurrency?: number } = {}): Begun {
  const tree = new RunTree(flow.definition);
  let wanted: { type: string; resolve: () => void } | undefined;
  const heed = (event: RunEvent): void => {
    if (wanted?.type === event.type) setImmediate(wanted.resolve);
  };
  const handle = run(flow, undefined, { ...options, observers: [tree.apply, heed] });
  const next = (type: RunEvent['type']): Promise<void> =>
    new Promise((resolve) => (wanted = { type, resolve }));
  return { tree, handle, next };
}

test('a run is stuck once nothing but decisions is left', async () => {
  const { open, opened } = gate();
  const flow = workflow('flow')
    .addTask('other')
    .run(() => opened)
    .addTask('charge')
    .recover(escalate)
    .run(declined);
  const { tree, handle, next } = begin(flow);
  await next('task.waiting');
  expect(waitingIn(tree.root).map(({ task }) => task.id)).toEqual(['charge']);
  expect(isStuck(tree.root)).toBe(false);
  open();
  await next('run.waiting');
  expect(isStuck(tree.root)).toBe(true);
  handle.skip('charge');
  await handle;
  expect(isStuck(tree.root)).toBe(false);
});

test('so is one that waits for a signal, or for time that is far off where that counts', async () => {
  const anything = {
    '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
  } as const;
  const signalled = begin(workflow('flow').addTask('paid').waitForSignal('paid', anything));
  await signalled.next('run.waiting');
  expect(signalledIn(signalled.tree.root).map(({ task }) => [task.id, task.signal])).toEqual([
    ['paid', 'paid'],
  ]);
  expect([isStuck(signalled.tree.root), wakesAt(signalled.tree.root)]).toEqual([true, undefined]);
  await signalled.handle.cancel();
  const later = begin(
    workflow('flow')
      .addTask('nap')
      .sleep('1h')
      .addTask('paid')
      .waitForSignal('paid', anything, { timeout: '2h' }),
  );
  await later.next('run.waiting');
  const due = wakesAt(later.tree.root) ?? 0;
  expect([Infinity, due, due - 1].map((after) => isStuck(later.tree.root, after))).toEqual([
    false,
    false,
    true,
  ]);
  await later.handle.cancel();
});

test('so is one whose tasks run runs that are, and one with a task that gets no slot because of them', async () => {
  const flow = workflow('flow')
    .addTask('orders')
    .forEach(() => [1, 2])
    .runWorkflow(pay)
    .addTask('later')
    .run(() => 1);
  const { tree, handle, next } = begin(flow, { concurrency: 2 });
  await next('run.waiting');
  expect(waitingIn(tree.root).map(({ run: { prefix }, task }) => `${prefix}${task.id}`)).toEqual([
    'orders[0] › charge',
    'orders[1] › charge',
  ]);
  expect(tree.root.task('later').state).toBe('queued');
  expect(isStuck(tree.root)).toBe(true);
  await handle.cancel();
});

test('a condition that is being looked at may yet go on', async () => {
  const { open, opened } = gate();
  const flow = workflow('flow')
    .addTask('charge')
    .recover(escalate)
    .run(declined)
    .addTask('asks')
    .when(async () => {
      await opened;
      return false;
    })
    .run(() => 1);
  const { tree, handle, next } = begin(flow);
  await next('task.waiting');
  expect(isStuck(tree.root)).toBe(false);
  open();
  await next('task.skipped');
  expect(isStuck(tree.root)).toBe(true);
  await handle.cancel();
});

test('a timer is not a person', async () => {
  const flow = workflow('flow').addTask('pause').sleep('1h');
  const { tree, handle, next } = begin(flow);
  await next('task.waiting');
  expect(waitingIn(tree.root)).toEqual([]);
  expect(isStuck(tree.root)).toBe(false);
  await handle.cancel();
});

test('a run whose items wait for another attempt is stuck where that is far off and such counts', async () => {
  const begun = begin(
    workflow('flow')
      .addTask('fetch')
      .forEach(() => [1, 2])
      .retry({ attempts: 2, delay: '90m' })
      .run(declined),
  );
  await begun.next('run.waiting');
  const due = wakesAt(begun.tree.root) ?? 0;
  expect(due).toBeGreaterThan(Date.now() + 5_000_000);
  expect([Infinity, due, due - 1].map((after) => isStuck(begun.tree.root, after))).toEqual([
    false,
    false,
    true,
  ]);
  const [{ name, phrase } = { name: '', phrase: '' }] = othersIn(begun.tree.root, due - 90 * 60_000);
  expect([name, phrase]).toEqual(['fetch', '2 items are tried again, the first in 1 h 30 m: declined']);
  await begun.handle.cancel();
});

test('so is one that waits for a breaker, its items too', async () => {
  const breaker = { name: 'waiting.test', minimumCalls: 1, resetAfter: '90m' } as const;
  const begun = begin(
    workflow('flow')
      .addTask('call')
      .breaker(breaker)
      .retry({ attempts: 2, delay: 0 })
      .run(declined)
      .addTask('each')
      .dependsOn('call')
      .triggerRule('always')
      .forEach(() => [1, 2])
      .breaker(breaker)
      .run(() => 1),
    { concurrency: 1 },
  );
  await begun.next('run.waiting');
  const due = wakesAt(begun.tree.root) ?? 0;
  expect([Infinity, due, due - 1].map((after) => isStuck(begun.tree.root, after))).toEqual([
    false,
    false,
    true,
  ]);
  const phrase = 'waits for breaker waiting.test to let it try, 1 h 30 m left';
  expect(othersIn(begun.tree.root, due - 90 * 60_000)).toEqual([
    { name: 'call', phrase },
    { name: 'each', phrase },
  ]);
  await begun.handle.cancel();
});

test('so is one that runs two of which one waits for its turn behind the other, as long as that one waits', async () => {
  const { open, opened } = gate();
  const child = workflow('review', { maxActiveRuns: 1 })
    .addTask('ask')
    .recover(escalate)
    .run(declined)
    .addTask('work')
    .dependsOn('ask')
    .run(() => opened);
  const { tree, handle, next } = begin(
    workflow('pair').addTask('left').runWorkflow(child).addTask('right').runWorkflow(child),
  );
  await next('run.waiting');
  expect(isStuck(tree.root)).toBe(true);
  expect(othersIn(tree.root, Date.now())).toEqual([
    { name: 'right', phrase: 'waits for its turn: other runs of review are active' },
  ]);
  const stuckAtEnd: boolean[] = [];
  handle.on('run.finished', () => stuckAtEnd.push(isStuck(tree.root)));
  const goesOn = next('attempt.started');
  handle.children[0]?.approve('ask', undefined);
  await goesOn;
  expect(isStuck(tree.root)).toBe(false);
  const waitsAgain = next('run.waiting');
  open();
  await waitsAgain;
  expect(stuckAtEnd).toEqual([false]);
  expect(waitingIn(tree.root).map(({ run: { prefix } }) => prefix)).toEqual(['right › ']);
  await handle.cancel();
});
