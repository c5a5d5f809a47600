import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { planBreaker } from '../compile/breaker.ts';
import { OptionError } from '../model/error.ts';
import type { BreakerOptions, BreakerPolicy } from '../model/policy.ts';
import type { Breaker } from './breaker.ts';
import { breakerFor, breakers, loadBreakers, resetBreakers } from './breakers.ts';
import { systemClock } from './system.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});

function policy(given: string | BreakerOptions): BreakerPolicy {
  const planned = planBreaker('a', given, (diagnostic) => {
    throw new Error(diagnostic.message);
  });
  if (planned === undefined) throw new Error('nothing was planned');
  return planned;
}

const use = (given: string | BreakerOptions, at = clock): Breaker => breakerFor(policy(given), at);

function fail(breaker: Breaker, times: number): string {
  for (let time = 0; time < times; time++) breaker.enter()?.failed(new Error('no'));
  return breaker.state;
}

test('breakers are not made before they were loaded', async () => {
  vi.resetModules();
  const fresh = await import('./breakers.ts');
  expect(() => fresh.breakerFor(policy('api'), clock)).toThrow('before loadBreakers() has settled');
  await fresh.loadBreakers();
  expect(fresh.breakerFor(policy('api'), clock).state).toBe('closed');
});

describe('a name', () => {
  beforeAll(loadBreakers);

  test('stands for one breaker with the defaults', () => {
    const api = use('api');
    expect(use('api')).toBe(api);
    expect(use('other')).not.toBe(api);
    expect([fail(api, 4), fail(api, 1)]).toEqual(['closed', 'open']);
    expect(api.opensUntil()).toBe(clock.now() + 30_000);
  });

  test('alone joins a breaker made with options', () => {
    const api = use({ name: 'api', minimumCalls: 2 });
    expect(use('api')).toBe(api);
    expect(use({ name: 'api', whenOpen: 'fail' })).toBe(api);
    expect(fail(api, 2)).toBe('open');
  });

  test('takes the options of a later use where none were given before', () => {
    const api = use('api');
    fail(api, 3);
    use({ name: 'api', minimumCalls: 2 });
    use({ name: 'api', resetAfter: '1m', minimumCalls: 2 });
    expect(() => use({ name: 'api', resetAfter: '2m' })).toThrow(OptionError);
    expect(api.status).toMatchObject({ calls: 0 });
    expect([fail(api, 1), fail(api, 1)]).toEqual(['closed', 'open']);
    expect(api.opensUntil()).toBe(clock.now() + 60_000);
  });

  test('takes them while it is open for the time after', () => {
    const api = use('api');
    fail(api, 5);
    use({ name: 'api', resetAfter: '1m', minimumCalls: 1 });
    expect(api.opensUntil()).toBe(clock.now() + 30_000);
    clock.spend(30_000);
    api.enter()?.succeeded();
    expect(fail(api, 1)).toBe('open');
    expect(api.opensUntil()).toBe(clock.now() + 60_000);
  });

  test.each<[BreakerOptions, BreakerOptions, string]>([
    [
      { name: 'api', failureRate: 0.5 },
      { name: 'api', failureRate: 0.2 },
      `'breaker.failureRate' must be 0.5,`,
    ],
    [{ name: 'api', minimumCalls: 5 }, { name: 'api', minimumCalls: 6 }, `'breaker.minimumCalls' must be 5,`],
    [{ name: 'api', window: '1m' }, { name: 'api', window: '2m' }, `'breaker.window' must be 60000 ms,`],
    [{ name: 'api', resetAfter: 1 }, { name: 'api', resetAfter: 2 }, `'breaker.resetAfter' must be 1 ms,`],
    [
      { name: 'api', countIf: () => true },
      { name: 'api', countIf: () => false },
      `'breaker.countIf' must be () => true,`,
    ],
  ])('takes no other option than the one it was given: %o, %o', (first, second, message) => {
    const api = use(first);
    expect(() => use({ ...second, whenOpen: 'fail' })).toThrow(OptionError);
    expect(() => use(second)).toThrow(message);
    expect(use(first)).toBe(api);
  });

  test('is told which option of which breaker differs', () => {
    use({ name: 'api', window: '10s' });
    const wanted = `10000 ms, the same in every use of breaker 'api' in this process (or give this one another name)`;
    const message = `option 'breaker.window' must be ${wanted}, not 5000 ms`;
    expect(() => use({ name: 'api', window: '5s', minimumCalls: 7 })).toThrow(message);
    expect(use({ name: 'api', minimumCalls: 9 }).status).toMatchObject({ state: 'closed' });
  });

  test('takes an equal function that was made anew', () => {
    const options = (): BreakerOptions => ({ name: 'api', countIf: (error) => error instanceof TypeError });
    expect(use(options())).toBe(use(options()));
  });
});

describe('the breakers of a process', () => {
  beforeAll(loadBreakers);
  afterEach(() => resetBreakers());

  test('are listed as they are, in the order of first use', () => {
    expect(breakers(clock)).toEqual([]);
    fail(use('b'), 2);
    fail(use('a'), 5);
    expect(breakers(clock)).toEqual([
      { name: 'b', state: 'closed', calls: 2, failures: 2 },
      {
        name: 'a',
        state: 'open',
        calls: 5,
        failures: 5,
        openedAt: clock.startedAt,
        until: clock.startedAt + 30_000,
      },
    ]);
  });

  test('are apart for each clock, and the machine has one', () => {
    fail(use('api'), 5);
    const other = new VirtualClock();
    expect(use('api', other).state).toBe('closed');
    const real = breakerFor(policy('api'));
    expect(breakerFor(policy('api'), systemClock)).toBe(real);
    expect(breakers()).toEqual([{ name: 'api', state: 'closed', calls: 0, failures: 0 }]);
  });

  test('are closed and forgotten by a reset, one or all', () => {
    const [a, b] = [use({ name: 'a', minimumCalls: 1 }), use('b')];
    fail(a, 1);
    fail(b, 5);
    const heard: string[] = [];
    a.onChange((state) => heard.push(state));
    resetBreakers('a', clock);
    expect([heard, a.state, b.state]).toEqual([['closed'], 'closed', 'open']);
    expect(use({ name: 'a', minimumCalls: 2 })).not.toBe(a);
    resetBreakers(undefined, clock);
    expect([b.state, breakers(clock)]).toEqual(['closed', []]);
  });
});

test('calls under way when their breaker is reset say nothing to it', () => {
  const api = use({ name: 'api', minimumCalls: 1 });
  const call = api.enter();
  resetBreakers('api', clock);
  call?.failed(new Error('late'));
  expect(api.status).toEqual({ name: 'api', state: 'closed', calls: 0, failures: 0 });
  expect(fail(api, 1)).toBe('open');
  clock.spend(30_000);
  const probe = api.enter();
  api.reset();
  probe?.failed(new Error('late'));
  expect(api.status).toEqual({ name: 'api', state: 'closed', calls: 0, failures: 0 });
});

describe('the process', () => {
  beforeAll(loadBreakers);
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    resetBreakers();
  });

  test('is not kept alive: no breaker has a timer in any state', () => {
    const states: string[] = [];
    const timers: number[] = [];
    const look = (api: Breaker): void => {
      states.push(api.state);
      timers.push(vi.getTimerCount());
    };
    const api = breakerFor(policy({ name: 'api', resetAfter: 100 }));
    look(api);
    fail(api, 5);
    look(api);
    vi.advanceTimersByTime(101);
    const probe = api.enter();
    look(api);
    probe?.failed(new Error('no'));
    look(api);
    vi.advanceTimersByTime(101);
    api.enter()?.succeeded();
    look(api);
    expect(states).toEqual(['closed', 'open', 'half_open', 'open', 'closed']);
    expect(timers).toEqual([0, 0, 0, 0, 0]);
  });
});
