import { expect, test } from 'vitest';
import { aLongDuration } from './store-options.ts';

test.each([
  ['500ms', 500],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['30d', 2_592_000_000],
])('%s is a duration, as it is in a workflow', (text, ms) => {
  expect(aLongDuration(text)).toBe(ms);
});

test.each(['', '7', '-1d', 'soon', '1w', 'ms'])('%j is none', (text) => {
  expect(() => aLongDuration(text)).toThrow("It must be a duration such as '90s', '12h' or '30d'.");
});
