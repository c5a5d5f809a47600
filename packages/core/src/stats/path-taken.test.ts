import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PathStep, pathTaken, stepsOf, type TimedTask } from './path-taken.ts';

/** A task with when it ended, in milliseconds. */
type Ended = TimedTask & { readonly endedAt: number };

/** A task whose events are that far down the log. */
function timed(
  task: string,
  dependsOn: readonly string[] | undefined,
  [begins, ends]: readonly [number, number],
  endedAt: number,
  ran = true,
): Ended {
  return { task, dependsOn, begins, ends, endedAt, ran };
}

function stepsTaken(tasks: readonly Ended[], startedAt: number): readonly PathStep[] {
  return stepsOf(pathTaken(tasks), startedAt);
}

function names(path: readonly TimedTask[]): readonly string[] {
  return path.map(({ task }) => task);
}

describe('the path taken', () => {
  test('goes back over the dependency that ended last', () => {
    const tasks = [
      timed('slow', [], [1, 5], 90),
      timed('quick', [], [2, 3], 10),
      timed('aside', [], [4, 9], 95),
      timed('last', ['quick', 'slow'], [6, 10], 100),
    ];
    expect(stepsTaken(tasks, 0)).toEqual([
      { task: 'slow', from: 0, to: 90 },
      { task: 'last', from: 90, to: 100 },
    ]);
  });

  test('without dependencies over whatever ended last before', () => {
    const tasks = [
      timed('a', undefined, [1, 2], 10),
      timed('b', undefined, [3, 4], 20),
      timed('c', undefined, [3, 6], 30),
      timed('d', undefined, [7, 8], 40),
    ];
    expect(stepsTaken(tasks, 5).map(({ task, from, to }) => `${task} ${from} ${to}`)).toEqual([
      'a 5 10',
      'c 10 30',
      'd 30 40',
    ]);
  });

  test('a dependency that a rule did not wait for is not on it', () => {
    const tasks = [
      timed('first', [], [1, 3], 10),
      timed('late', [], [2, 5], 80),
      // It began with the first of them, and ended after the other.
      timed('any', ['first', 'late'], [4, 6], 90),
    ];
    expect(stepsTaken(tasks, 0).map(({ task }) => task)).toEqual(['first', 'any']);
  });

  test('passes through what was skipped, and does not end there', () => {
    const tasks = [
      timed('a', [], [1, 2], 10),
      timed('skipped', ['a'], [3, 3], 10, false),
      timed('b', ['skipped'], [4, 5], 30),
      timed('end', ['b'], [6, 6], 30, false),
    ];
    expect(stepsTaken(tasks, 0)).toEqual([
      { task: 'a', from: 0, to: 10 },
      { task: 'skipped', from: 10, to: 10 },
      { task: 'b', from: 10, to: 30 },
    ]);
  });

  test('ends with the task that ended last, wherever it is', () => {
    expect(
      names(
        pathTaken([timed('long', [], [1, 9], 9), timed('a', [], [2, 3], 3), timed('b', ['a'], [4, 5], 5)]),
      ),
    ).toEqual(['long']);
  });

  test('of what has not ended takes what began first', () => {
    const open = Number.POSITIVE_INFINITY;
    for (const after of [['a'], undefined]) {
      const tasks = [
        timed('a', [], [1, 3], 3),
        timed('b', [], [5, open], open),
        timed('c', after, [4, open], open),
      ];
      expect(names(pathTaken(tasks))).toEqual(['a', 'c']);
    }
  });

  test('knows nothing of tasks that are not there', () => {
    expect(names(pathTaken([timed('a', ['gone'], [1, 2], 2)]))).toEqual(['a']);
  });

  test('is empty where nothing ran, and never goes back in time', () => {
    expect(stepsTaken([], 0)).toEqual([]);
    expect(stepsTaken([timed('a', [], [1, 1], 0, false)], 0)).toEqual([]);
    // A clock was put back between the two.
    const tasks = [timed('a', [], [1, 2], 50), timed('b', ['a'], [3, 4], 20)];
    expect(stepsTaken(tasks, 0)).toEqual([
      { task: 'a', from: 0, to: 50 },
      { task: 'b', from: 50, to: 50 },
    ]);
  });

  test('of ten thousand tasks in a row is found at once', () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) =>
      timed(`t${index}`, undefined, [2 * index, 2 * index + 1], index),
    );
    const before = performance.now();
    expect(stepsTaken(tasks, 0)).toHaveLength(10_000);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

interface Span {
  readonly from: number;
  readonly to: number;
  readonly reads: readonly number[];
}

/** A run with as many slots as it wants: each task begins when the last of its dependencies has ended. */
const runs = fc
  .array(fc.record({ reads: fc.array(fc.nat(30), { maxLength: 4 }), ms: fc.nat(20) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((drawn) => {
    const spans: Span[] = [];
    for (const { reads, ms } of drawn) {
      const before = [...new Set(reads.map((read) => read % Math.max(1, spans.length)))].filter(
        (read) => read < spans.length,
      );
      const from = Math.max(0, ...before.map((read) => spans[read]?.to ?? 0));
      spans.push({ from, to: from + ms + 1, reads: before });
    }
    return spans;
  });

/** The log of it: at each instant first what ends, then what begins. */
function logged(spans: readonly Span[]): Ended[] {
  const entries = spans
    .flatMap(({ from, to }, index) => [
      { index, at: to, order: 0 },
      { index, at: from, order: 1 },
    ])
    .toSorted((one, other) => one.at - other.at || one.order - other.order || one.index - other.index);
  const placeOf = (index: number, order: number): number =>
    entries.findIndex((entry) => entry.index === index && entry.order === order);
  return spans.map(({ to, reads }, index) =>
    timed(
      `t${index}`,
      reads.map((read) => `t${read}`),
      [placeOf(index, 1), placeOf(index, 0)],
      to,
    ),
  );
}

/** The longest chain of tasks by brute force: over every chain. */
function longestChain(spans: readonly Span[]): number {
  const lengthOf = (index: number): number => {
    const { from, to, reads } = spans[index] ?? { from: 0, to: 0, reads: [] };
    return to - from + Math.max(0, ...reads.map(lengthOf));
  };
  return Math.max(...spans.map((_, index) => lengthOf(index)));
}

test('is the longest chain, end to end, each step depending on the one before', () => {
  fc.assert(
    fc.property(runs, (spans) => {
      const tasks = logged(spans);
      const path = stepsTaken(tasks, 0);
      expect(path.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(longestChain(spans));
      expect(path[0]?.from).toBe(0);
      for (const [place, step] of path.entries()) {
        const before = path[place - 1];
        expect(step.from).toBe(before?.to ?? 0);
        const { dependsOn } = tasks.find(({ task }) => task === step.task) ?? {};
        expect(before === undefined || dependsOn?.includes(before.task)).toBe(true);
      }
      expect(path.at(-1)?.to).toBe(Math.max(...spans.map(({ to }) => to)));
    }),
  );
});

test('without dependencies it is just as long', () => {
  fc.assert(
    fc.property(runs, (spans) => {
      const path = stepsTaken(
        logged(spans).map((task) => ({ ...task, dependsOn: undefined })),
        0,
      );
      const lengths = path.map(({ from, to }) => to - from);
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(Math.max(...spans.map(({ to }) => to)));
    }),
  );
});
