import { expect, test } from 'vitest';
import { placeOfCaller, readPlace } from './code-place.ts';

function called(): ReturnType<typeof placeOfCaller> {
  return placeOfCaller();
}

test('a place is that of the call, and the limit of stacks stays as it was', () => {
  const before = Error.stackTraceLimit;
  const place = called();
  const [, line] = /code-place\.test\.ts:(\d+)/.exec(new Error('here').stack ?? '') ?? [];
  const read = readPlace(place ?? {});
  expect(read?.file).toMatch(/[/\\]lib[/\\]code-place\.test\.ts$/);
  expect(read?.line).toBe(Number(line) - 1);
  expect(Error.stackTraceLimit).toBe(before);
});

test.each([
  ['at file:///a/b%20c.ts:12:4', { file: '/a/b c.ts', line: 12 }],
  ['at Object.<anonymous> (/a/b.ts:3:14)', { file: '/a/b.ts', line: 3 }],
  ['at async make (file:///C:/a/b.ts:3:14)', { file: 'C:/a/b.ts', line: 3 }],
  [String.raw`at make (C:\a\b.ts:3:14)`, { file: String.raw`C:\a\b.ts`, line: 3 }],
  ['at <anonymous>', undefined],
])('%j is read', (frame, place) => {
  expect(readPlace({ stack: `Error\n    at addTask (file:///sdk.js:1:1)\n    ${frame}` })).toEqual(place);
});

test('what is no stack, or ends too early, has no place', () => {
  expect(readPlace({})).toBeUndefined();
  expect(readPlace({ stack: 'Error\n    at addTask (file:///sdk.js:1:1)' })).toBeUndefined();
});
