import { expect, test } from 'vitest';
import { errorKind } from '../model/error-kind.ts';
import { errorType } from './error-type.ts';

class Refused extends Error {}
const named = (name: string): Error => Object.assign(new Error('secret'), { name });
const coded = (code: unknown): Error => Object.assign(new TypeError('secret'), { code });

test.each([
  [coded('ECONNREFUSED'), 'ECONNREFUSED', { name: 'TypeError', code: 'ECONNREFUSED' }],
  [coded('user 7 is gone'), 'TypeError', { name: 'TypeError' }],
  [coded(503), 'TypeError', { name: 'TypeError', code: '503' }],
  [coded('503'), 'TypeError', { name: 'TypeError', code: '503' }],
  [new Refused('secret'), 'Refused', { name: 'Error' }],
  [named('HttpError'), 'HttpError', { name: 'HttpError' }],
  [named('no user 7'), 'Error', { name: 'Error' }],
  [{ name: 'TypeError', code: 'E' }, '_OTHER', { name: 'TypeError', code: 'E' }],
  ['secret', '_OTHER', { name: 'Error' }],
])('a failure is told apart without its data: %o', (error, type, kind) => {
  expect(errorType(error)).toBe(type);
  expect(errorKind(error)).toEqual(kind);
});
