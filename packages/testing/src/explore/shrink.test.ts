import { describe, expect, it } from 'vitest';
import type { Case } from './case.ts';
import { shrink } from './shrink.ts';

const errors: Readonly<Record<string, Error>> = { a: new Error('a'), b: new Error('b'), c: new Error('c') };
const errorOf = (task: string): Error => errors[task] ?? new Error(task);
const large: Case = {
  seed: 60,
  concurrency: 2,
  failures: { a: ['timeout'], b: { items: { 1: errorOf('b') } }, c: errorOf('c') },
  delays: { a: 1000, b: 60_000 },
  decisions: {},
  cancelOn: { type: 'attempt.started', task: 'a' },
};

const smallest = (stillBreaks: (one: Case) => boolean): Promise<Case> =>
  shrink(large, errorOf, async (one) => stillBreaks(one));

describe('a case', () => {
  it('is left as it is where it has to be', async () => {
    expect(await smallest((one) => JSON.stringify(one) === JSON.stringify(large))).toEqual(large);
  });

  it('loses all that it does not need', async () => {
    const nothing = { failures: {}, delays: {}, decisions: {} };
    expect(await smallest(() => true)).toEqual(nothing);
    expect(await smallest((one) => one.concurrency === 2)).toEqual({ ...nothing, concurrency: 2 });
    expect(await smallest((one) => one.delays['b'] !== undefined)).toEqual({
      ...nothing,
      delays: { b: 60_000 },
    });
    expect(await smallest((one) => one.cancelOn !== undefined)).toEqual({
      ...nothing,
      cancelOn: large.cancelOn,
    });
    expect(await smallest(({ failures }) => 'a' in failures && 'c' in failures)).toEqual({
      ...nothing,
      failures: { a: errors['a'], c: errors['c'] },
    });
  });

  it('keeps a failure that is not plain where a plain one does not do', async () => {
    const kept = await smallest(({ failures }) => Array.isArray(failures['a']));
    expect(kept.failures).toEqual({ a: ['timeout'] });
  });

  it('has the lowest seed that does it', async () => {
    const { seed, ...rest } = await smallest((one) => (one.seed ?? 0) >= 7);
    expect(seed).toBe(7);
    expect(rest).toEqual({ failures: {}, delays: {}, decisions: {} });
    expect((await smallest((one) => (one.seed ?? 0) >= 55)).seed).toBe(60);
  });
});
