import { expect, test } from 'vitest';
import { checkConformance } from './check-conformance.ts';
import { ConformanceError } from './conformance-error.ts';
import { defineConformance, type ConformanceSubject } from './conformance.ts';

interface Numbered extends ConformanceSubject {
  readonly number: number;
}

const suite = defineConformance<Numbered>('Number', [
  {
    name: 'is even',
    why: 'Number: it is even',
    check: ({ number }) => {
      if (number % 2 === 1) throw new RangeError(`it is ${number}`);
    },
  },
  {
    name: 'is less than the next one',
    why: 'Number: each is greater',
    check: async ({ number }, another) => {
      const next = await another();
      if (next.number <= number) throw new RangeError(`after ${number} comes ${next.number}`);
    },
  },
]);

/** Numbers in order, and which of them were disposed of. */
function counter(): { readonly make: () => Numbered; readonly disposed: number[] } {
  let made = 0;
  const disposed: number[] = [];
  const make = (): Numbered => {
    const number = ++made;
    return { number, dispose: () => void disposed.push(number) };
  };
  return { make, disposed };
}

test('the report says which rules are kept and which are broken, and by what', async () => {
  const report = await checkConformance(suite, counter().make);
  expect(report.port).toBe('Number');
  expect(report.passed).toEqual(['is less than the next one']);
  expect(report.failed.map(({ name, error }) => [name, error.message])).toEqual([
    ['is even', `this Number breaks the rule 'is even': it is 1. What has to hold: Number: it is even`],
  ]);
  const [{ error } = {}] = report.failed;
  expect(error).toBeInstanceOf(ConformanceError);
  expect(error).toMatchObject({ code: 'not_conforming', port: 'Number', case: 'is even' });
  expect(error?.cause).toEqual(new RangeError('it is 1'));
});

test('each case has subjects of its own, and disposes of all of them however it ends', async () => {
  const { make, disposed } = counter();
  await checkConformance(suite, make);
  expect(disposed).toEqual([1, 2, 3]);
});

test('an error of the factory passes as it is; one of dispose() fails the case', async () => {
  const error = new Error('no such number');
  const failing = checkConformance(suite, () => {
    throw error;
  });
  expect((await failing).failed.map((one) => one.error)).toEqual([error, error]);
  const held = { number: 2, dispose: () => Promise.reject(new Error('it is held')) };
  expect((await checkConformance(suite, () => held)).failed[0]?.error.message).toMatch(
    /'is even': dispose\(\) threw: Error: it is held/,
  );
});
