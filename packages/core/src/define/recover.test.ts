import { describe, expect, test } from 'vitest';

import { on, WorkflowError } from '../index.ts';

class PaymentError extends Error {}
const same = (error: Error): boolean => error.message === 'same';

describe('a recovery rule is for', () => {
  test.each([
    ['a class', on(PaymentError), { kind: 'class', type: PaymentError }],
    ['an abstract class', on(WorkflowError), { kind: 'class', type: WorkflowError }],
    ['every error', on(Error), { kind: 'class', type: Error }],
    ['a code', on('E_BUSY'), { kind: 'code', code: 'E_BUSY' }],
    ['a predicate', on(same), { kind: 'predicate', test: same }],
    [
      'a predicate that is an old function',
      on(function old() {
        return true;
      }),
      { kind: 'predicate', test: expect.any(Function) as unknown },
    ],
  ])('%s', (_, begun, match) => {
    expect(begun.skip()).toEqual({ match, action: { type: 'skip' } });
  });
});

describe('a recovery rule says', () => {
  const begun = on('E');
  const mend = (): string => 'mended';
  const wrap = (error: Error): Error => new TypeError(error.message);
  test.each([
    ['to try again', begun.retry(), { type: 'retry' }],
    ['when and how often', begun.retry({ delay: '5s', times: 2 }), { type: 'retry', delay: '5s', times: 2 }],
    [
      'to mend and try again',
      begun.runThenRetry(mend, { times: 3 }),
      { type: 'run_then_retry', repair: mend, times: 3 },
    ],
    ['to skip', begun.skip(), { type: 'skip' }],
    ['to fail', begun.fail(), { type: 'fail' }],
    ['to fail otherwise', begun.fail(wrap), { type: 'fail', make: wrap }],
    ['to ask', begun.escalate(), { type: 'escalate' }],
    ['to ask, and why', begun.escalate('look'), { type: 'escalate', message: 'look' }],
    ['what stands in', begun.value(mend), { type: 'value', make: mend }],
  ])('%s', (_, rule, action) => {
    expect(rule).toEqual({ match: { kind: 'code', code: 'E' }, action });
    expect([rule, rule.match, rule.action].every(Object.isFrozen)).toBe(true);
  });

  test('a value that stands in as it is', () => {
    const { action } = begun.value(7);
    expect(action.type === 'value' && action.make(new Error('E'))).toBe(7);
  });
});
