import { describe, expect, it } from 'vitest';
import { after, gate } from '../index.ts';
import { toCall } from './to-code.ts';

class NeedsApproval extends Error {}

describe('a call as code', () => {
  it.each([
    [{}, 'await testRun(workflow);'],
    [
      { seed: 3, concurrency: Number.POSITIVE_INFINITY },
      'await testRun(workflow, { seed: 3, concurrency: Infinity });',
    ],
    [{ input: undefined, seed: 1 }, 'await testRun(workflow, { seed: 1 });'],
    [
      { input: { at: new Date(0), big: 7n, text: `it's "so"\n` } },
      String.raw`await testRun(workflow, {
  input: { at: new Date('1970-01-01T00:00:00.000Z'), big: 7n, text: 'it\'s "so"\n' },
});`,
    ],
    [{ input: () => 1 }, 'await testRun(workflow, { input });'],
    [{ input: new Map() }, 'await testRun(workflow, { input });'],
    [{ input: [new Date(Number.NaN)] }, 'await testRun(workflow, { input });'],
    [
      { stubs: { a: -0, 'b-c': () => 1, d: gate() } },
      `await testRun(workflow, { stubs: { a: -0, 'b-c': stubs['b-c'], d: stubs.d } });`,
    ],
    [
      { stubs: { a: after('2s', 'x'), b: after(5, () => 1) } },
      `await testRun(workflow, { stubs: { a: after(2000, 'x'), b: after(5, stubs.b) } });`,
    ],
    [{ stubs: { a: ['x'.repeat(400)] } }, 'await testRun(workflow, { stubs: { a: stubs.a } });'],
    [
      { failures: { a: [new NeedsApproval('large'), 'timeout', undefined], b: { items: { 2: 'hang' } } } },
      `await testRun(workflow, {
  failures: { a: [new NeedsApproval('large'), 'timeout', undefined], b: { items: { '2': 'hang' } } },
});`,
    ],
    [
      { decisions: { a: { approve: undefined } } },
      'await testRun(workflow, { decisions: { a: { approve: undefined } } });',
    ],
  ])('of %o', (options, code) => {
    expect(toCall(options as never)).toBe(code);
  });

  it('ends where a value refers to itself', () => {
    const input: { self?: unknown } = {};
    input.self = input;
    expect(toCall({ input })).toBe('await testRun(workflow, { input: { self: input.self } });');
  });
});
