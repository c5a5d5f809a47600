import { RunFailedError, TaskFailedError } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { count, formatDuration, headline, named } from './format.ts';

test.each([
  [0, '0 ms'],
  [0.4, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1250, '1.3 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m 00 s'],
  [125_000, '2 m 05 s'],
  [3_599_600, '1 h 00 m'],
  [11_000_000, '3 h 03 m'],
  [360_000_000, '100 h 00 m'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('counts things', () => {
  expect([0, 1, 2].map((number) => count(number, 'task'))).toEqual(['0 tasks', '1 task', '2 tasks']);
});

test('the headline of an error within others is what the innermost of them says', () => {
  const content = new RangeError('too far');
  const task = new TaskFailedError('deep', 2, content);
  const run = new RunFailedError('r.ship', 'inner', [task, task]);
  expect(headline(new TaskFailedError('ship', 1, run))).toBe("task 'deep' failed after 2 attempts: too far");
  expect(headline(new TaskFailedError('ship', 1, new Error('')))).toBe("task 'ship' failed: ");
});

test.each([
  [new Error('first\nsecond'), 'first'],
  [new TypeError('wrong'), 'TypeError: wrong'],
  [new RangeError(''), 'RangeError'],
  ['text\nmore', 'text'],
  [undefined, 'undefined'],
])('the headline of %o', (error, line) => {
  expect(headline(error)).toBe(line);
});

test.each([
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c, d and e'],
  [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'a, b, c, d, e and 2 more'],
])('%j are %s', (all, text) => {
  expect(named(all)).toBe(text);
});
