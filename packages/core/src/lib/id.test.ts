import { expect, test, vi } from 'vitest';

import { createId } from './id.ts';

test('an ID made later sorts after one made earlier', () => {
  const times = [0, 1, 31, 32, 1_023, 1_024, 1_763_700_000_000, 1_763_700_000_001, 2 ** 45];
  const ids = times.map((time) => createId(time));
  expect(ids.toSorted()).toEqual(ids);
});

test('IDs made in the same millisecond differ', () => {
  expect(new Set(Array.from({ length: 5_000 }, () => createId(1_763_700_000_000.7))).size).toBe(5_000);
});

test('and do so where chance is held fast', () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.999_999_999_999_999);
  const ids = Array.from({ length: 100 }, () => createId(1_763_700_000_000));
  random.mockRestore();
  expect(new Set(ids).size).toBe(100);
  expect(ids.every((id) => /^[0-9a-z]{26}$/.test(id))).toBe(true);
});

test('an ID is 26 characters that need no escaping anywhere', () => {
  expect(createId(1_763_700_000_000)).toMatch(/^[0-9a-z]{26}$/);
  expect(createId(1_469_918_176_385).slice(0, 10)).toBe('01aryz6s41'); // the specification's own example
});
