import { describe, expect, test } from 'vitest';

import type { Diagnostic } from '../model/diagnostic.ts';
import type { BreakerPolicy } from '../model/policy.ts';
import { checkBreakers, planBreaker } from './breaker.ts';

function planned(given: unknown): { policy: BreakerPolicy | undefined; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const policy = planBreaker('a', given, (diagnostic) => diagnostics.push(diagnostic));
  return { policy, diagnostics };
}

describe('a breaker', () => {
  test('by its name alone has the defaults, and gives none', () => {
    const policy = {
      name: 'api',
      given: [],
      failureRate: 0.5,
      minimumCalls: 5,
      windowMs: 10_000,
      resetAfterMs: 30_000,
      countIf: undefined,
      whenOpen: 'wait',
    };
    expect(planned('api')).toEqual({ policy, diagnostics: [] });
    expect(planned({ name: 'api' })).toEqual({ policy, diagnostics: [] });
    expect(planned({ name: 'api', window: undefined })).toEqual({ policy, diagnostics: [] });
    expect(Object.isFrozen(planned('api').policy)).toBe(true);
  });

  test('with options gives those', () => {
    const countIf = (): boolean => true;
    const options = {
      failureRate: 1,
      minimumCalls: 1,
      window: '1m',
      resetAfter: 1,
      countIf,
      whenOpen: 'fail',
    };
    expect(planned({ name: 'api', ...options })).toEqual({
      policy: {
        name: 'api',
        given: ['failureRate', 'minimumCalls', 'windowMs', 'resetAfterMs', 'countIf'],
        failureRate: 1,
        minimumCalls: 1,
        windowMs: 60_000,
        resetAfterMs: 1,
        countIf,
        whenOpen: 'fail',
      },
      diagnostics: [],
    });
    expect(planned({ name: 'api', whenOpen: 'fail', window: '10s' }).policy?.given).toEqual(['windowMs']);
  });

  test.each<[unknown, string]>([
    [
      undefined,
      `breaker takes a name or options such as { name: 'payments', failureRate: 0.5 }, not undefined`,
    ],
    [['api'], `breaker takes a name or options such as { name: 'payments', failureRate: 0.5 }, not an array`],
    ['', `breaker.name is the text by which tasks share the breaker, such as 'payments', not ''`],
    [{}, `breaker.name is the text by which tasks share the breaker, such as 'payments', not undefined`],
    [
      { name: 'api', treshold: 1 },
      `breaker has no option 'treshold'; its options are name, failureRate, minimumCalls, window, resetAfter, countIf, whenOpen`,
    ],
    [
      { name: 'api', failureRate: 50 },
      `breaker.failureRate is a share above 0 and up to 1, such as 0.5 for half of all calls, not 50`,
    ],
    [
      { name: 'api', failureRate: 0 },
      `breaker.failureRate is a share above 0 and up to 1, such as 0.5 for half of all calls, not 0`,
    ],
    [
      { name: 'api', failureRate: Number.NaN },
      `breaker.failureRate is a share above 0 and up to 1, such as 0.5 for half of all calls, not NaN`,
    ],
    [{ name: 'api', minimumCalls: 0 }, `breaker.minimumCalls is a whole number from 1, not 0`],
    [{ name: 'api', minimumCalls: 1.5 }, `breaker.minimumCalls is a whole number from 1, not 1.5`],
    [{ name: 'api', countIf: 'all' }, `breaker.countIf is a function of the error, not 'all'`],
    [{ name: 'api', whenOpen: 'skip' }, `breaker.whenOpen is one of wait, fail, not 'skip'`],
  ])('given as %o is reported', (given, message) => {
    expect(planned(given).diagnostics).toEqual([
      { code: 'bad_breaker', task: 'a', message: `task 'a': ${message}` },
    ]);
  });

  test.each(['window', 'resetAfter'])('with a %s that is no duration is reported', (option) => {
    for (const wrong of ['soon', 0, -1, Number.POSITIVE_INFINITY]) {
      const { diagnostics } = planned({ name: 'api', [option]: wrong });
      expect(diagnostics.map(({ code }) => code)).toEqual(['bad_duration']);
      expect(diagnostics[0]?.message).toContain(
        `task 'a': breaker.${option} must be a duration longer than nothing`,
      );
    }
  });

  test('has everything that is wrong with it reported', () => {
    const given = { name: 1, failureRate: 2, minimumCalls: '5', countIf: null, whenOpen: true };
    expect(planned(given).diagnostics).toHaveLength(5);
  });
});

describe('tasks that share a breaker', () => {
  const check = (...given: unknown[]): string[] => {
    const diagnostics: Diagnostic[] = [];
    const tasks = given.map((_, index) => ({ id: `t${index}` }));
    const policies = given.map((each) => (each === undefined ? undefined : planned(each).policy));
    checkBreakers(tasks, policies, (diagnostic) => diagnostics.push(diagnostic));
    return diagnostics.map(({ code, task, message }) => `${code} ${task}: ${message}`);
  };

  test('may give different options, and each its own whenOpen', () => {
    expect(
      check(
        'api',
        undefined,
        { name: 'api', window: '10s', whenOpen: 'fail' },
        { name: 'api', failureRate: 0.2 },
        { name: 'api', window: 10_000 },
        { name: 'other', window: '20s' },
      ),
    ).toEqual([]);
  });

  test('may not give an option two values', () => {
    const advice = 'give it in one of them only, or name two breakers';
    expect(
      check(
        { name: 'api', window: '10s' },
        'api',
        { name: 'api', window: '20s', countIf: () => true },
        { name: 'api', countIf: () => false },
      ),
    ).toEqual([
      `bad_breaker t2: task 't2' shares breaker 'api' with task 't0', but their window differs (20000 ms and 10000 ms); ${advice}`,
      `bad_breaker t3: task 't3' shares breaker 'api' with task 't2', but their countIf differs (() => false and () => true); ${advice}`,
    ]);
  });
});
