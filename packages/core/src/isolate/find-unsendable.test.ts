import { describe, expect, test } from 'vitest';
import { findUnsendable } from './find-unsendable.ts';

class Point {
  readonly x = 1;
  readonly draw = (): void => undefined;
}
const nothing = (): void => undefined;
const circle: Record<string, unknown> = {};
circle['self'] = circle;

describe('findUnsendable', () => {
  test.each<[unknown, string]>([
    [nothing, 'data is a function'],
    [{ extract: { rows: [{ render: nothing }] } }, 'data.extract.rows[0].render is a function'],
    [{ 'my-task': [1, nothing] }, `data['my-task'][1] is a function`],
    [{ "it's": nothing }, String.raw`data['it\'s'] is a function`],
    [{ kind: Symbol('s') }, 'data.kind is a symbol'],
    [{ point: new Point() }, 'data.point.draw is a function'],
    [{ later: Promise.resolve() }, 'data.later is an instance of Promise'],
    [{ seen: new WeakMap() }, 'data.seen is an instance of WeakMap'],
    [new Map<unknown, unknown>([['a', nothing]]), `data.get('a') is a function`],
    [new Map<unknown, unknown>([[nothing, 1]]), 'a key of data is a function'],
    [new Set([1, nothing]), 'an item of data is a function'],
    [new Error('e', { cause: nothing }), 'data.cause is a function'],
    [[circle, nothing], 'data[1] is a function'],
  ])('%o', (value, found) => {
    expect(() => structuredClone(value)).toThrow('could not be cloned');
    expect(findUnsendable(value, 'data')).toBe(found);
  });

  test.each<[unknown]>([
    [undefined],
    [{ a: [1, 'b', null, 5n, new Date(), /x/, new Uint8Array(8), new Map([[1, new Set([2])]])] }],
    [circle],
    [new Error('fine')],
    [Object.create(null)],
    [new (class Empty {})()],
  ])('nothing in %o', (value) => {
    expect(() => structuredClone(value)).not.toThrow();
    expect(findUnsendable(value, 'data')).toBeUndefined();
  });
});
