import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

test.each<[string, string | undefined]>([
  ['dya', 'day'],
  ['DAY', 'day'],
  ['maxrow', 'max-rows'],
  ['ouput', 'output'],
  ['zzz', undefined],
  ['', undefined],
])('%s → %s', (written, meant) => {
  expect(didYouMean(written, ['day', 'max-rows', 'output'])).toBe(meant);
});
