import { expect, test } from 'vitest';

import { parseDuration } from './duration.ts';

test.each([
  [0, 0],
  [1.5, 1.5],
  ['0s', 0],
  ['250ms', 250],
  ['5s', 5_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('%j is %d ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});

test.each([
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  '5',
  's',
  '-5s',
  '5 s',
  '5S',
  '5sec',
  '1h30m',
  '.5s',
  '1e3ms',
  null,
  {},
  5n,
])('%o is not a duration', (written) => {
  expect(parseDuration(written)).toBeUndefined();
});
