import fc from 'fast-check';
import { expect, test } from 'vitest';

import { NumberSet } from './number-set.ts';

type Step = { readonly do: 'toggle'; readonly value: number } | { readonly do: 'take' };

const steps = (capacity: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.nat({ max: capacity - 1 }).map((value) => ({ do: 'toggle', value }) as const),
      },
      { weight: 1, arbitrary: fc.constant({ do: 'take' } as const) },
    ),
    { maxLength: 200 },
  );

test('does what a plain set does, whatever its capacity', () => {
  const capacities = fc.constantFrom(1, 2, 31, 32, 33, 1_023, 1_024, 1_025, 32_768, 32_769, 100_000);
  const cases = capacities.chain((capacity) => fc.tuple(fc.constant(capacity), steps(capacity)));
  fc.assert(
    fc.property(cases, ([capacity, chosen]) => {
      const [set, plain] = [new NumberSet(capacity), new Set<number>()];
      const taken: [number, number][] = [];
      for (const step of chosen) {
        const least = plain.size === 0 ? -1 : Math.min(...plain);
        if (step.do === 'take') {
          taken.push([set.takeLeast(), least]);
          plain.delete(least);
        } else if (plain.delete(step.value)) {
          set.delete(step.value);
        } else {
          plain.add(step.value);
          set.add(step.value);
        }
        expect(set.size).toBe(plain.size);
      }
      expect(taken.map(([is]) => is)).toEqual(taken.map(([, least]) => least));
      const drained = Array.from(plain, () => set.takeLeast());
      expect(drained).toEqual([...plain].toSorted((a, b) => a - b));
      expect(set.takeLeast()).toBe(-1);
    }),
    { numRuns: 300 },
  );
});

test('gives every number of a full set in order', () => {
  const set = new NumberSet(5_000);
  for (let value = 4_999; value >= 0; value--) set.add(value);
  const taken = Array.from({ length: 5_001 }, () => set.takeLeast());
  expect(taken).toEqual([...Array.from({ length: 5_000 }, (_, value) => value), -1]);
});

test('of capacity nothing is empty', () => {
  expect(new NumberSet(0).takeLeast()).toBe(-1);
});
