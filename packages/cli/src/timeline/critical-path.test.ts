import { expect, test } from 'vitest';
import { criticalPathOf, type PathTask } from './critical-path.ts';

/** A task that was released and ended at these places. */
function ran(task: string, readyOrder: number, endOrder: number, ...dependsOn: string[]): PathTask {
  return { task, readyOrder, endOrder, dependsOn, began: true };
}

test('goes back over the dependency that ended last', () => {
  const path = criticalPathOf([ran('a', 1, 4), ran('b', 2, 6), ran('c', 7, 8, 'a', 'b'), ran('aside', 3, 5)]);
  expect(path).toEqual(['b', 'c']);
});

test('begins with the task that ended last, wherever it is', () => {
  expect(criticalPathOf([ran('long', 1, 9), ran('a', 2, 3), ran('b', 4, 5, 'a')])).toEqual(['long']);
});

test('passes over a dependency that was not waited for', () => {
  // Under `one_success` c began when a ended; b went on.
  const path = criticalPathOf([ran('a', 1, 3), ran('b', 2, 8), ran('c', 4, 9, 'a', 'b')]);
  expect(path).toEqual(['a', 'c']);
});

test('goes through what did nothing, and does not end there', () => {
  const skipped: PathTask = { ...ran('skipped', 3, 3, 'a'), began: false };
  const after: PathTask = { ...ran('notRun', 9, 9, 'b'), began: false };
  expect(criticalPathOf([ran('a', 1, 2), skipped, ran('b', 4, 6, 'skipped'), after])).toEqual([
    'a',
    'skipped',
    'b',
  ]);
});

test('of what has not ended takes what was released first', () => {
  const open = Number.POSITIVE_INFINITY;
  expect(criticalPathOf([ran('a', 1, 3), ran('b', 5, open), ran('c', 4, open, 'a')])).toEqual(['a', 'c']);
});

test('is empty where nothing has run, and knows nothing of tasks that are not there', () => {
  expect(criticalPathOf([])).toEqual([]);
  expect(criticalPathOf([ran('a', 1, 2, 'gone')])).toEqual(['a']);
});
