import { describe, expect, test } from 'vitest';

import { compile } from '../compile/compile.ts';
import type { Plan } from '../model/plan.ts';
import { NONE, Scheduler } from './scheduler.ts';

/** `{ c: ['a', 'b'] }`: c depends on a and b. */
function planOf(
  graph: Readonly<Record<string, readonly string[]>>,
  priorities: Readonly<Record<string, number>> = {},
): Plan {
  const tasks = Object.entries(graph).map(([id, dependsOn]) => ({
    id,
    dependsOn,
    priority: priorities[id],
    handler: () => 0,
  }));
  return compile({ definition: { id: 'w', version: '0.0.0', tasks } });
}

function begun(plan: Plan, concurrency = Number.POSITIVE_INFINITY) {
  const told: string[] = [];
  const idOf = (index: number): string => plan.tasks[index]?.id ?? '';
  const scheduler = new Scheduler(plan, concurrency, {
    queued: (task) => void told.push(`queued ${idOf(task)}`),
    upstreamFailed: (task, cause) => void told.push(`upstream_failed ${idOf(task)} by ${idOf(cause)}`),
    cancelled: (task) => void told.push(`cancelled ${idOf(task)}`),
  });
  scheduler.begin();
  const indexOf = (id: string): number => plan.indexOf.get(id) ?? NONE;
  return {
    scheduler,
    told,
    indexOf,
    take: () => idOf(scheduler.take()),
    state: (id: string) => scheduler.stateOf(indexOf(id)),
  };
}

const diamond = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] };

describe('order', () => {
  test('a task is queued when the last of its dependencies has succeeded, and not before', () => {
    const { scheduler, indexOf, take, state } = begun(planOf(diamond));
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
    const { take } = begun(planOf(graph, { urgent: 1, low: -1 }));
    expect([take(), take(), take(), take(), take()]).toEqual(['urgent', 'long', 'plain', 'second', 'low']);
  });

  test('no more tasks run than there are slots, and an ended one gives its slot to the next', () => {
    const { scheduler, indexOf, take } = begun(planOf({ a: [], b: [], c: [] }), 2);
    expect([take(), take(), take()]).toEqual(['a', 'b', '']);
    expect(scheduler.hasNext).toBe(false);
    scheduler.fail(indexOf('a'));
    expect(take()).toBe('c');
  });

  test('a retrying task holds no slot, and queues again by its own place when its wait is over', () => {
    const { scheduler, indexOf, take, state } = begun(planOf({ a: [], b: [], c: [] }), 1);
    take();
    scheduler.retry(indexOf('a'));
    expect([state('a'), take()]).toEqual(['retrying', 'b']);
    scheduler.requeue(indexOf('a'));
    expect(state('a')).toBe('queued');
    scheduler.succeed(indexOf('b'));
    expect([take(), take()]).toEqual(['a', '']);
  });
});

describe('failure', () => {
  test('brings down all that depends on it, each naming the dependency next to it, and nothing else', () => {
    const { scheduler, indexOf, take, told, state } = begun(planOf({ a: [], b: ['a'], c: ['b'], other: [] }));
    take();
    told.length = 0;
    scheduler.fail(indexOf('a'));
    expect(told).toEqual(['upstream_failed b by a', 'upstream_failed c by b']);
    expect(scheduler.causeOf(indexOf('c'))).toBe(indexOf('b'));
    expect([state('other'), scheduler.open]).toEqual(['queued', 1]);
  });

  test('of two dependencies brings a task down once', () => {
    const { scheduler, indexOf, take, told, state } = begun(planOf({ a: [], b: [], c: ['a', 'b'] }));
    take();
    take();
    told.length = 0;
    scheduler.fail(indexOf('b'));
    scheduler.fail(indexOf('a'));
    expect(told).toEqual(['upstream_failed c by b']);
    expect([state('c'), scheduler.open, scheduler.verdict]).toEqual(['upstream_failed', 0, 'failed']);
  });

  test('of a queued task takes it out of the queue', () => {
    const { scheduler, indexOf, take } = begun(planOf({ a: [], b: [] }), 1);
    take();
    scheduler.fail(indexOf('b'));
    scheduler.succeed(indexOf('a'));
    expect([take(), scheduler.open]).toEqual(['', 0]);
  });

  test('goes down a chain of 100,000 tasks without overflowing the stack', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => `t${index}`);
    const graph = Object.fromEntries(ids.map((id, index) => [id, index === 0 ? [] : [`t${index - 1}`]]));
    const { scheduler, indexOf, state, take } = begun(planOf(graph));
    take();
    scheduler.fail(indexOf('t0'));
    expect([state('t99999'), scheduler.open]).toEqual(['upstream_failed', 0]);
  });
});

describe('cancel', () => {
  test('ends everything that does not run, lets what runs end, and starts nothing more', () => {
    const { scheduler, indexOf, take, told, state } = begun(planOf({ a: [], b: [], c: [], d: ['a'] }), 2);
    take();
    take();
    scheduler.retry(indexOf('b'));
    told.length = 0;
    scheduler.cancel();
    expect(told).toEqual(['cancelled b', 'cancelled c', 'cancelled d']);
    scheduler.requeue(indexOf('b'));
    expect([state('a'), state('b'), take(), scheduler.open]).toEqual(['running', 'cancelled', '', 1]);
    scheduler.cancelled(indexOf('a'));
    expect([scheduler.open, scheduler.verdict]).toEqual([0, 'cancelled']);
  });

  test('said twice changes nothing more', () => {
    const { scheduler, told } = begun(planOf({ a: [], b: [] }));
    scheduler.cancel();
    told.length = 0;
    scheduler.cancel();
    expect([told, scheduler.open]).toEqual([[], 0]);
  });
});

test('a log that names a task which the plan does not have is refused', () => {
  const scheduler = new Scheduler(planOf(diamond), 1);
  expect(() => scheduler.apply({ type: 'attempt.started', run: 'r', at: 0, task: 'x', attempt: 1 })).toThrow(
    /'x'/,
  );
});
