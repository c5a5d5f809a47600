import { describe, expect, test } from 'vitest';
import { seededRandom } from '@wf-sdk/testing';

import type { RetryPolicy } from '../model/policy.ts';
import { AttemptFailure, delayAfter } from './backoff.ts';

const COUNT = 20_000;
const WAIT_MS = 1_000;

/** What is drawn of a wait of one second, over and over. */
function draws(jitter: RetryPolicy['jitter'], seed: number): number[] {
  const random = seededRandom(seed);
  const failure = new AttemptFailure(new Error('no'), 1);
  const policy: RetryPolicy = {
    attempts: 2,
    backoff: 'constant',
    delayMs: WAIT_MS,
    factor: 2,
    maxDelayMs: Number.POSITIVE_INFINITY,
    jitter,
    retryIf: undefined,
  };
  return Array.from({ length: COUNT }, () => delayAfter(failure, policy, 0, random));
}

/** How far what was drawn is from evenly between two bounds, at most: the statistic of Kolmogorov and Smirnov. */
function farthestFromEven(drawn: readonly number[], from: number, to: number): number {
  const sorted = drawn.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((value, index) => {
      const share = (value - from) / (to - from);
      return Math.max(share - index / COUNT, (index + 1) / COUNT - share);
    }),
  );
}

/** Exceeded by chance once in a thousand times, and never with these seeds. */
const CRITICAL = 1.95 / Math.sqrt(COUNT);

describe('jitter', () => {
  test.each([1, 2, 3])('of full spreads a wait evenly from nothing to all of it (seed %i)', (seed) => {
    const drawn = draws('full', seed);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(WAIT_MS);
    expect(farthestFromEven(drawn, 0, WAIT_MS)).toBeLessThan(CRITICAL);
  });

  test.each([1, 2, 3])('of equal spreads a wait evenly from half to all of it (seed %i)', (seed) => {
    const drawn = draws('equal', seed);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(WAIT_MS / 2);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(WAIT_MS);
    expect(farthestFromEven(drawn, WAIT_MS / 2, WAIT_MS)).toBeLessThan(CRITICAL);
  });

  test('of none changes nothing', () => {
    expect(new Set(draws('none', 1))).toEqual(new Set([WAIT_MS]));
  });

  test('is told apart by this test from what is not even', () => {
    const squared = draws('full', 1).map((wait) => wait ** 2 / WAIT_MS);
    expect(farthestFromEven(squared, 0, WAIT_MS)).toBeGreaterThan(CRITICAL);
    expect(farthestFromEven(draws('full', 1), 0, WAIT_MS * 1.03)).toBeGreaterThan(CRITICAL);
  });
});
