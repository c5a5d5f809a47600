import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Values } from './distribution.ts';

/** The smallest value that so many in a hundred are not larger than, found by counting. */
function nearestRank(values: readonly number[], percent: number): number | undefined {
  return values
    .toSorted((one, other) => one - other)
    .find((value) => values.filter((other) => other <= value).length * 100 >= percent * values.length);
}

function valuesOf(given: readonly number[]): Values {
  const values = new Values();
  for (const value of given) values.add(value);
  return values;
}

const duration = fc.oneof(
  fc.nat(5),
  fc.double({ min: 0, max: 1e12, noNaN: true }),
  fc.integer({ min: 0, max: 100_000 }),
);

test('percentiles are the nearest rank, and all else is as it is counted', () => {
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (given) => {
      const found = valuesOf(given).distribution();
      expect(found).toMatchObject({
        count: given.length,
        min: Math.min(...given),
        max: Math.max(...given),
        p50: nearestRank(given, 50),
        p95: nearestRank(given, 95),
        p99: nearestRank(given, 99),
        exact: true,
      });
      expect(found?.mean).toBeCloseTo(
        given.reduce((sum, value) => sum + value / given.length, 0),
        0,
      );
    }),
  );
});

test('any percentile is', () => {
  fc.assert(
    fc.property(
      fc.array(duration, { minLength: 1, maxLength: 120 }),
      fc.integer({ min: 1, max: 100 }),
      (given, percent) => {
        expect(valuesOf(given).percentiles([percent])).toEqual([nearestRank(given, percent)]);
      },
    ),
  );
});

test('of more values than are kept a percentile is half a percent off at most, and never beyond them', () => {
  const large = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.double({ min: 1, max: 1e10, noNaN: true }));
  fc.assert(
    fc.property(
      fc.array(large, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 60, max: 90 }),
      (some, times) => {
        // Neither sorted nor all the same, and more than 2,048.
        const given = Array.from(
          { length: 40 * times },
          (_, index) => (some[index % some.length] ?? 1) * (1 + (index % 7)),
        );
        const values = valuesOf(given);
        const found = values.distribution();
        expect(found).toMatchObject({
          count: given.length,
          min: Math.min(...given),
          max: Math.max(...given),
          exact: false,
        });
        const sorted = given.toSorted((one, other) => one - other);
        const percents = [1, 25, 50, 75, 90, 95, 99, 100];
        for (const [place, estimate] of values.percentiles(percents).entries()) {
          const percent = percents[place] ?? 0;
          const exact = sorted.find((_, index) => (index + 1) * 100 >= percent * sorted.length) ?? 0;
          expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact * 0.005 + 1e-6);
          expect(estimate).toBeGreaterThanOrEqual(Math.min(...given));
          expect(estimate).toBeLessThanOrEqual(Math.max(...given));
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('below a millisecond all is one', () => {
  const values = valuesOf(Array.from({ length: 3_000 }, (_, index) => (index < 2_990 ? 0 : 50)));
  expect(values.distribution()).toMatchObject({ p50: 0, p95: 0, p99: 0, min: 0, max: 50 });
  expect(values.percentiles([100])).toEqual([50]);
});

test('no values make no distribution, and a clock that was put back counts as nothing', () => {
  expect(new Values().distribution()).toBeUndefined();
  expect(new Values().percentiles([50])).toEqual([]);
  expect(valuesOf([-5]).distribution()).toMatchObject({ min: 0, max: 0, mean: 0, p99: 0 });
});
