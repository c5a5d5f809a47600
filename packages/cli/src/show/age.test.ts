import { expect, test } from 'vitest';
import { formatAge, formatInstant } from './age.ts';

test.each([
  [0, 'just now'],
  [-50, 'just now'],
  [999, 'just now'],
  [40_000, '40 s ago'],
  [3_599_000, '59 min ago'],
  [7_200_000, '2 h ago'],
  [90_000_000, '1 d ago'],
])('%i ms are %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text);
});

test('an instant is told in the time zone of the reader', () => {
  expect(formatInstant(new Date(2026, 0, 3, 4, 5, 6).getTime())).toBe('2026-01-03 04:05:06');
});
