import { describe, expect, test } from 'vitest';

import { type PlanTask, planOf } from '../../test/plan.ts';
import type { FailurePolicy } from '../model/definition.ts';
import { NONE, Scheduler } from './scheduler.ts';

type Traits = Omit<PlanTask, 'id' | 'dependsOn'>;

/** `{ c: ['a', 'b'] }`: c depends on a and b. */
function begun(
  graph: Readonly<Record<string, readonly string[]>>,
  traits: Readonly<Record<string, Traits>> = {},
  { slots = Number.POSITIVE_INFINITY, policy = 'any' }: { slots?: number; policy?: FailurePolicy } = {},
) {
  const tasks = Object.entries(graph).map(([id, dependsOn]) => ({ id, dependsOn, ...traits[id] }));
  const plan = planOf(tasks, policy);
  const told: string[] = [];
  const idOf = (index: number): string => plan.tasks[index]?.id ?? '';
  const scheduler = new Scheduler(plan, slots, {
    check: (task) => void told.push(`check ${idOf(task)}`),
    queued: (task) => void told.push(`queued ${idOf(task)}`),
    skipped: (task, cause) => void told.push(`skipped ${idOf(task)} by ${idOf(cause)}`),
    upstreamFailed: (task, cause) => void told.push(`upstream_failed ${idOf(task)} by ${idOf(cause)}`),
    cancelled: (task) => void told.push(`cancelled ${idOf(task)}`),
  });
  scheduler.begin();
  const indexOf = (id: string): number => plan.indexOf.get(id) ?? NONE;
  return {
    scheduler,
    indexOf,
    take: () => idOf(scheduler.take()),
    state: (id: string) => scheduler.stateOf(indexOf(id)),
    /** What was told since the last time. */
    told: () => told.splice(0),
  };
}

const diamond = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] };

describe('order', () => {
  test('a task is queued when the last of its dependencies has succeeded, and not before', () => {
    const { scheduler, indexOf, take, state } = begun(diamond);
    expect(state('b')).toBe('pending');
    take();
    scheduler.succeed(indexOf('a'));
    expect([take(), take(), state('d')]).toEqual(['b', 'c', 'pending']);
    scheduler.succeed(indexOf('c'));
    expect(state('d')).toBe('pending');
    scheduler.succeed(indexOf('b'));
    expect(take()).toBe('d');
  });

  test('of ready tasks the one of highest priority goes first, then of longest remaining path, then the first defined', () => {
    const graph = { plain: [], second: [], long: [], tail: ['long'], urgent: [], low: [], lowTail: ['low'] };
    const { take } = begun(graph, { urgent: { priority: 1 }, low: { priority: -1 } });
    expect([take(), take(), take(), take(), take()]).toEqual(['urgent', 'long', 'plain', 'second', 'low']);
  });

  test('no more tasks run than there are slots, and an ended one gives its slot to the next', () => {
    const { scheduler, indexOf, take } = begun({ a: [], b: [], c: [] }, {}, { slots: 2 });
    expect([take(), take(), take()]).toEqual(['a', 'b', '']);
    expect(scheduler.hasNext).toBe(false);
    scheduler.fail(indexOf('a'));
    expect(take()).toBe('c');
  });

  test.each(['retry', 'wait'] as const)(
    'after %s a task holds no slot, and queues again by its own place when its wait is over',
    (pause) => {
      const { scheduler, indexOf, take, state } = begun({ a: [], b: [], c: [] }, {}, { slots: 1 });
      take();
      scheduler[pause](indexOf('a'));
      expect([state('a'), take()]).toEqual([pause === 'retry' ? 'retrying' : 'waiting', 'b']);
      scheduler.requeue(indexOf('a'));
      expect(state('a')).toBe('queued');
      scheduler.succeed(indexOf('b'));
      expect([take(), take()]).toEqual(['a', '']);
    },
  );
});

describe('a task with conditions', () => {
  test('is checked when its rule said run, and queued when it passes', () => {
    const { scheduler, indexOf, take, state, told } = begun(
      { a: [], b: ['a'] },
      { b: { conditional: true } },
    );
    take();
    told();
    scheduler.succeed(indexOf('a'));
    expect([told(), state('b'), take()]).toEqual([['check b'], 'pending', '']);
    scheduler.pass(indexOf('b'));
    expect([told(), take()]).toEqual([['queued b'], 'b']);
  });

  test('is not checked when its rule did not say run', () => {
    const { scheduler, indexOf, take, told } = begun({ a: [], b: ['a'] }, { b: { conditional: true } });
    take();
    told();
    scheduler.skip(indexOf('a'), 'fallback');
    expect([told(), scheduler.open]).toEqual([['skipped b by a'], 0]);
  });

  test('that is skipped takes along what needs it, with a reason for each', () => {
    const { scheduler, indexOf, state } = begun({ a: [], b: ['a'] }, { a: { conditional: true } });
    scheduler.skip(indexOf('a'), 'condition');
    expect([state('a'), state('b'), scheduler.verdict]).toEqual(['skipped', 'skipped', 'succeeded']);
    expect(['a', 'b'].map((id) => scheduler.reasonOf(indexOf(id)))).toEqual(['condition', 'dependency']);
  });

  test('stays cancelled when it passes after the run was cancelled', () => {
    const { scheduler, indexOf, take, state } = begun({ a: [] }, { a: { conditional: true } });
    scheduler.cancel();
    scheduler.pass(indexOf('a'));
    expect([state('a'), take()]).toEqual(['cancelled', '']);
  });
});

describe('a gated task', () => {
  test('is ready when it is admitted, and not before', () => {
    const { scheduler, indexOf, take, state } = begun({ a: [], b: [] }, { a: { gated: true } });
    expect([state('a'), take(), take()]).toEqual(['queued', 'b', '']);
    scheduler.admit(indexOf('a'));
    expect(take()).toBe('a');
  });

  test('has to be admitted each time it is queued, and may end before', () => {
    const { scheduler, indexOf, take } = begun({ a: [], b: [] }, { a: { gated: true } }, { slots: 1 });
    scheduler.admit(indexOf('a'));
    take();
    scheduler.retry(indexOf('a'));
    scheduler.requeue(indexOf('a'));
    scheduler.fail(indexOf('a'));
    expect([take(), take()]).toEqual(['b', '']);
  });
});

describe('a task that shares', () => {
  test('takes slots at its own place among the ready tasks, and gives all of them back at its end', () => {
    const { scheduler, indexOf, take } = begun({ a: [], fan: [], c: [], d: [] }, {}, { slots: 3 });
    expect([take(), take()]).toEqual(['a', 'fan']);
    scheduler.share(indexOf('fan'));
    expect([take(), take()]).toEqual(['fan', '']);
    scheduler.succeed(indexOf('a'));
    expect([take(), take()]).toEqual(['c', '']);
    scheduler.succeed(indexOf('fan'));
    expect([take(), scheduler.hasNext]).toEqual(['d', false]);
  });

  test('gives back one slot at a time, and no longer gets one it does not want', () => {
    const { scheduler, indexOf, take, state } = begun({ fan: [], b: [] }, {}, { slots: 1 });
    take();
    scheduler.share(indexOf('fan'));
    scheduler.release(indexOf('fan'), 'slot');
    scheduler.release(indexOf('fan'), 'wish');
    expect([take(), take(), state('fan')]).toEqual(['b', '', 'running']);
  });

  test('gets no more slots when its run is cancelled', () => {
    const { scheduler, indexOf, take } = begun({ fan: [] });
    take();
    scheduler.share(indexOf('fan'));
    scheduler.cancel();
    scheduler.share(indexOf('fan'));
    expect([scheduler.hasNext, take()]).toEqual([false, '']);
  });
});

describe('failure', () => {
  test('brings down all that depends on it, each naming the dependency next to it, and nothing else', () => {
    const { scheduler, indexOf, take, told, state } = begun({ a: [], b: ['a'], c: ['b'], other: [] });
    take();
    told();
    scheduler.fail(indexOf('a'));
    expect(told()).toEqual(['upstream_failed b by a', 'upstream_failed c by b']);
    expect(scheduler.causeOf(indexOf('c'))).toBe(indexOf('b'));
    expect([state('other'), scheduler.open]).toEqual(['queued', 1]);
  });

  test('of two dependencies brings a task down once', () => {
    const { scheduler, indexOf, take, told, state } = begun({ a: [], b: [], c: ['a', 'b'] });
    take();
    take();
    told();
    scheduler.fail(indexOf('b'));
    scheduler.fail(indexOf('a'));
    expect(told()).toEqual(['upstream_failed c by b']);
    expect([state('c'), scheduler.open, scheduler.verdict]).toEqual(['upstream_failed', 0, 'failed']);
  });

  test('of a queued task takes it out of the queue', () => {
    const { scheduler, indexOf, take } = begun({ a: [], b: [] }, {}, { slots: 1 });
    take();
    scheduler.fail(indexOf('b'));
    scheduler.succeed(indexOf('a'));
    expect([take(), scheduler.open]).toEqual(['', 0]);
  });

  test('goes down a chain of 100,000 tasks without overflowing the stack', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => `t${index}`);
    const graph = Object.fromEntries(ids.map((id, index) => [id, index === 0 ? [] : [`t${index - 1}`]]));
    const { scheduler, indexOf, state, take } = begun(graph, {}, { policy: 'leaves' });
    take();
    scheduler.fail(indexOf('t0'));
    expect([state('t99999'), scheduler.open, scheduler.verdict]).toEqual(['upstream_failed', 0, 'failed']);
  });
});

describe('cancel', () => {
  test('ends everything that does not run, lets what runs end, and starts nothing more', () => {
    const { scheduler, indexOf, take, told, state } = begun(
      { a: [], b: [], c: [], d: ['a'] },
      {},
      { slots: 2 },
    );
    take();
    take();
    scheduler.retry(indexOf('b'));
    told();
    scheduler.cancel();
    expect(told()).toEqual(['cancelled b', 'cancelled c', 'cancelled d']);
    scheduler.requeue(indexOf('b'));
    expect([state('a'), state('b'), take(), scheduler.open]).toEqual(['running', 'cancelled', '', 1]);
    scheduler.cancelled(indexOf('a'));
    expect([scheduler.open, scheduler.verdict]).toEqual([0, 'cancelled']);
  });

  test('said twice changes nothing more', () => {
    const { scheduler, told } = begun({ a: [], b: [] });
    scheduler.cancel();
    told();
    scheduler.cancel();
    expect([told(), scheduler.open]).toEqual([[], 0]);
  });

  const cleaned = { a: [], b: ['a'], clean: ['b'] };
  const cleans = { clean: { runsAlways: true, rule: 'all_done' } } as const;

  test('leaves what always runs, which goes on by its rule', () => {
    const { scheduler, indexOf, take, told } = begun(cleaned, cleans);
    take();
    told();
    scheduler.cancel();
    expect([told(), take()]).toEqual([['cancelled b', 'queued clean'], 'clean']);
    scheduler.cancelled(indexOf('a'));
    scheduler.succeed(indexOf('clean'));
    expect([scheduler.open, scheduler.verdict]).toEqual([0, 'cancelled']);
  });

  test('ends what always runs too, when it is meant wholly, at once or afterwards', () => {
    for (const first of ['gently', 'wholly'] as const) {
      const { scheduler, indexOf, take, state } = begun(cleaned, cleans);
      take();
      scheduler.cancel(first);
      scheduler.cancel('wholly');
      scheduler.cancelled(indexOf('a'));
      expect([state('clean'), take(), scheduler.open]).toEqual(['cancelled', '', 0]);
    }
  });

  test('before the run has begun ends everything', () => {
    const scheduler = new Scheduler(planOf([{ id: 'clean', runsAlways: true }]), 1);
    scheduler.cancel();
    expect([scheduler.stateOf(0), scheduler.verdict]).toEqual(['cancelled', 'cancelled']);
  });

  test('lets a teardown run whose setup has succeeded, and no other', () => {
    const teardown = (setup: string) => ({ rule: 'teardown', setup, runsAlways: true }) as const;
    const graph = { up: [], late: [], use: ['up'], down: ['up', 'use'], lateDown: ['late'] };
    const { scheduler, indexOf, take, state } = begun(
      graph,
      { down: teardown('up'), lateDown: teardown('late') },
      { slots: 1 },
    );
    take();
    scheduler.succeed(indexOf('up'));
    scheduler.cancel();
    expect([state('down'), state('lateDown')]).toEqual(['queued', 'upstream_failed']);
  });
});

describe('the verdict', () => {
  test('is good where every task that failed may fail', () => {
    const { scheduler, indexOf, state } = begun({ a: [], b: ['a'] }, { a: { mayFail: true } });
    scheduler.fail(indexOf('a'));
    expect([state('b'), scheduler.verdict]).toEqual(['upstream_failed', 'succeeded']);
  });

  test.each([
    ['any', 'failed'],
    ['leaves', 'succeeded'],
  ] as const)('under the policy %s of a failure that a leaf made good is: %s', (policy, verdict) => {
    const { scheduler, indexOf } = begun(
      { a: [], mend: ['a'] },
      { mend: { rule: 'all_failed' } },
      { policy },
    );
    scheduler.fail(indexOf('a'));
    scheduler.succeed(indexOf('mend'));
    expect(scheduler.verdict).toBe(verdict);
  });

  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('counts every failure that brought a leaf down, whichever came first: %s, %s', (...order) => {
    const graph = { a: [], b: [], leaf: ['a', 'b'] };
    const { scheduler, indexOf } = begun(graph, { a: { mayFail: true } }, { policy: 'leaves' });
    for (const id of order) scheduler.fail(indexOf(id));
    expect(scheduler.verdict).toBe('failed');
  });

  test('does not count a teardown as a leaf, nor as what depends on one', () => {
    const down = { rule: 'teardown', setup: 'up' } as const;
    const ended = (failing: string): string => {
      const { scheduler, indexOf } = begun({ up: [], down: ['up'] }, { down }, { policy: 'leaves' });
      for (const id of ['up', 'down']) {
        if (id === failing) scheduler.fail(indexOf(id));
        else if (scheduler.isOpen(indexOf(id))) scheduler.succeed(indexOf(id));
      }
      return scheduler.verdict;
    };
    expect([ended('down'), ended('up')]).toEqual(['succeeded', 'failed']);
  });
});

test('of what a teardown waits for, only its setup brings it down and what comes after it', () => {
  const graph = { up: [], use: [], mend: ['use'], down: ['up', 'use'], leaf: ['down'] };
  const traits = {
    up: { mayFail: true },
    mend: { rule: 'all_failed' },
    down: { rule: 'teardown', setup: 'up' },
  } as const;
  const { scheduler, indexOf, state } = begun(graph, traits, { policy: 'leaves' });
  for (const id of ['up', 'use']) scheduler.fail(indexOf(id));
  scheduler.succeed(indexOf('mend'));
  expect([state('leaf'), scheduler.verdict]).toEqual(['upstream_failed', 'succeeded']);
});

test('a log that names a task which the plan does not have is refused', () => {
  const scheduler = new Scheduler(planOf([{ id: 'a' }]), 1);
  expect(() => scheduler.apply({ type: 'attempt.started', run: 'r', at: 0, task: 'x', attempt: 1 })).toThrow(
    /'x'/,
  );
});
