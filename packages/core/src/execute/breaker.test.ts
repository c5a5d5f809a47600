import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import type { BreakerPolicy, BreakerState } from '../model/policy.ts';
import type { Breaker } from './breaker.ts';
import { breakerFor, breakers, loadBreakers } from './breakers.ts';

beforeAll(loadBreakers);

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});

/** Opens at half of four calls or more within ten seconds, for thirty. */
function breaker(settings: Partial<BreakerPolicy> = {}): Breaker {
  return breakerFor(
    {
      name: 'api',
      given: [],
      failureRate: 0.5,
      minimumCalls: 4,
      windowMs: 10_000,
      resetAfterMs: 30_000,
      countIf: undefined,
      whenOpen: 'wait',
      ...settings,
    },
    clock,
  );
}

const error = new Error('no');

/** Makes calls one after the other: `+` succeeds, `-` fails, `x` is abandoned. The state they leave. */
function call(api: Breaker, outcomes: string): BreakerState {
  for (const outcome of outcomes) {
    const pass = api.enter();
    if (pass === undefined) throw new Error(`no call goes through: ${api.state}`);
    if (outcome === '+') pass.succeeded();
    else if (outcome === '-') pass.failed(error);
    else pass.abandoned();
  }
  return api.state;
}

/** A breaker that has just opened, and the changes of its state from then on. */
function opened(settings: Partial<BreakerPolicy> = {}): { api: Breaker; changes: BreakerState[] } {
  const api = breaker(settings);
  expect(call(api, '----')).toBe('open');
  const changes: BreakerState[] = [];
  api.onChange((state) => changes.push(state));
  return { api, changes };
}

describe('a closed breaker', () => {
  test.each<[number, number, string, BreakerState]>([
    [0.5, 4, '++--', 'open'],
    [0.5, 5, '+++--', 'closed'],
    [0.5, 4, '---', 'closed'],
    [0.5, 4, '----', 'open'],
    [0.5, 4, '--++', 'closed'],
    [0.5, 4, '--++-', 'open'],
    [1, 3, '---', 'open'],
    [1, 3, '+------', 'closed'],
    [0.3, 10, '+++++++---', 'open'],
    [0.3, 10, '++++++++--', 'closed'],
    [0.07, 1, `${'+'.repeat(93)}${'-'.repeat(6)}`, 'closed'],
    [0.5, 1, '-', 'open'],
    [0.01, 1, `${'+'.repeat(100)}-`, 'closed'],
    [0.01, 1, `${'+'.repeat(99)}-`, 'open'],
  ])('at a rate of %d and %d calls or more is after %s %s', (failureRate, minimumCalls, outcomes, state) => {
    expect(call(breaker({ failureRate, minimumCalls }), outcomes)).toBe(state);
  });

  test('forgets calls when they leave its window', () => {
    const api = breaker();
    call(api, '---');
    clock.spend(9_999);
    expect(api.status).toMatchObject({ calls: 3, failures: 3 });
    clock.spend(1);
    expect(api.status).toMatchObject({ calls: 0, failures: 0 });
    expect(call(api, '---')).toBe('closed');
    expect(call(api, '-')).toBe('open');
  });

  test('forgets them a tenth of the window at a time', () => {
    const api = breaker({ minimumCalls: 100 });
    for (let second = 0; second < 10; second++) {
      call(api, '+-');
      clock.spend(1_000);
    }
    expect(api.status).toMatchObject({ calls: 18, failures: 9 });
    clock.spend(4_500);
    expect(api.status).toMatchObject({ calls: 10, failures: 5 });
    clock.spend(3_600_000);
    expect(api.status).toMatchObject({ calls: 0, failures: 0 });
  });

  test('forgets a success by when it was, not by when the next failure is', () => {
    const api = breaker();
    call(api, '+++');
    clock.spend(5_000);
    call(api, '-');
    clock.spend(5_000);
    expect(api.status).toMatchObject({ calls: 1, failures: 1 });
  });

  test('does not count calls that are under way or were abandoned', () => {
    const api = breaker();
    const underWay = Array.from({ length: 20 }, () => api.enter());
    call(api, 'xxxxxxxxxx');
    expect(api.status).toMatchObject({ calls: 0 });
    expect(call(api, '----')).toBe('open');
    expect(underWay.every((pass) => pass !== undefined)).toBe(true);
  });

  test('counts each call once, by what it was first said to be', () => {
    const api = breaker();
    const pass = api.enter();
    pass?.succeeded();
    pass?.failed(error);
    const other = api.enter();
    other?.abandoned();
    other?.failed(error);
    expect(api.status).toMatchObject({ calls: 1, failures: 0 });
  });

  test('takes a failure that does not count for a success', () => {
    const api = breaker({ countIf: (thrown) => thrown !== error });
    expect(call(api, '--------')).toBe('closed');
    expect(api.status).toMatchObject({ calls: 8, failures: 0 });
  });

  test('counts a failure of which countIf cannot tell, and warns once', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const countIf = (): boolean => {
      throw new Error('oh');
    };
    expect(call(breaker({ countIf }), '----')).toBe('open');
    expect(warn.mock.calls).toEqual([
      [`countIf of breaker 'api' threw, so that the failure counted: Error: oh`],
    ]);
    warn.mockRestore();
  });
});

describe('an open breaker', () => {
  test('lets nothing through until its time has passed', () => {
    const { api } = opened();
    expect(api.opensUntil()).toBe(clock.startedAt + 30_000);
    clock.spend(29_999);
    expect(api.enter()).toBeUndefined();
    expect(api.state).toBe('open');
    clock.spend(1);
    expect(api.enter()).toBeDefined();
    expect(api.state).toBe('half_open');
  });

  test('does not count what still comes of calls made before', () => {
    const api = breaker();
    const passes = Array.from({ length: 3 }, () => api.enter());
    call(api, '----');
    passes[0]?.failed(error);
    clock.spend(30_000);
    const probe = api.enter();
    passes[1]?.succeeded();
    expect(api.state).toBe('half_open');
    probe?.succeeded();
    passes[2]?.failed(error);
    expect(api.status).toEqual({ name: 'api', state: 'closed', calls: 0, failures: 0 });
  });

  test('says when and why it opened', () => {
    const api = breaker();
    call(api, '++-');
    clock.spend(5_000);
    call(api, '-');
    const at = clock.startedAt + 5_000;
    const why = { name: 'api', calls: 4, failures: 2, openedAt: at };
    expect(breakers(clock)).toEqual([{ ...why, state: 'open', until: at + 30_000 }]);
    clock.spend(60_000);
    expect(breakers(clock)).toEqual([{ ...why, state: 'open', until: at + 30_000 }]);
    api.enter();
    expect(breakers(clock)).toEqual([{ ...why, state: 'half_open' }]);
  });
});

describe('a half-open breaker', () => {
  test('lets one call through at a time', () => {
    const { api } = opened();
    clock.spend(30_000);
    expect(api.enter()).toBeDefined();
    expect([api.enter(), api.enter(), api.opensUntil()]).toEqual([undefined, undefined, undefined]);
    clock.spend(3_600_000);
    expect(api.enter()).toBeUndefined();
  });

  test('closes when its probe succeeds, and counts anew', () => {
    const { api, changes } = opened({ resetAfterMs: 1_000 });
    clock.spend(1_000);
    expect(call(api, '+')).toBe('closed');
    expect(changes).toEqual(['half_open', 'closed']);
    expect(call(api, '---')).toBe('closed');
    expect(call(api, '-')).toBe('open');
  });

  test('opens again when its probe fails, for as long as before', () => {
    const { api, changes } = opened();
    clock.spend(40_000);
    const probe = api.enter();
    clock.spend(7_000);
    probe?.failed(error);
    expect(api.status).toMatchObject({ state: 'open', openedAt: clock.now(), until: clock.now() + 30_000 });
    expect(api.enter()).toBeUndefined();
    clock.spend(30_000);
    expect(call(api, '+')).toBe('closed');
    expect(changes).toEqual(['half_open', 'open', 'half_open', 'closed']);
  });

  test('closes when its probe fails in a way that does not count', () => {
    const { api } = opened({ countIf: (thrown) => thrown === error });
    clock.spend(30_000);
    api.enter()?.failed(new Error('not found'));
    expect(api.state).toBe('closed');
  });

  test('whose probe is abandoned lets the next call probe at once', () => {
    const { api, changes } = opened();
    clock.spend(30_000);
    const probe = api.enter();
    probe?.abandoned();
    expect(api.opensUntil()).toBe(clock.now());
    const next = api.enter();
    probe?.succeeded();
    expect(api.state).toBe('half_open');
    next?.succeeded();
    expect(changes).toEqual(['half_open', 'open', 'half_open', 'closed']);
  });
});

describe('changes', () => {
  test('are told in order to each listener until it ends that', () => {
    const { api } = opened();
    const heard: string[] = [];
    const end = api.onChange((state) => heard.push(`first ${state}`));
    api.onChange((state) => heard.push(`second ${state}`));
    clock.spend(30_000);
    const probe = api.enter();
    end();
    end();
    probe?.succeeded();
    expect(heard).toEqual(['first half_open', 'second half_open', 'second closed']);
  });

  test('are not told to a listener that one before it has just ended', () => {
    const { api } = opened();
    const heard: BreakerState[] = [];
    api.onChange(() => end());
    const end = api.onChange((state) => heard.push(state));
    clock.spend(30_000);
    expect(call(api, '+')).toBe('closed');
    expect(heard).toEqual([]);
  });

  test('that a listener brings about are told after the one it heard', () => {
    const { api } = opened();
    clock.spend(30_000);
    const probe = api.enter();
    const heard: string[] = [];
    api.onChange((state) => {
      heard.push(`first ${state}`);
      if (state === 'open') api.enter();
    });
    api.onChange((state) => heard.push(`second ${state}`));
    probe?.abandoned();
    expect(heard).toEqual(['first open', 'second open', 'first half_open', 'second half_open']);
  });

  test('wake many who wait, of whom one gets through', () => {
    const { api } = opened();
    clock.spend(30_000);
    const probe = api.enter();
    const through: number[] = [];
    let woken = 0;
    const wait = (who: number): void => {
      const end = api.onChange(() => {
        woken++;
        end();
        if (api.enter() === undefined) wait(who);
        else through.push(who);
      });
    };
    for (let who = 0; who < 100; who++) wait(who);
    probe?.abandoned();
    expect(through).toEqual([0]);
    expect([api.state, woken]).toEqual(['half_open', 199]);
  });

  test('reach the others where a listener throws', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const api = breaker();
    api.onChange(() => {
      throw new Error('oh');
    });
    const heard: BreakerState[] = [];
    api.onChange((state) => heard.push(state));
    call(api, '----');
    clock.spend(30_000);
    call(api, '+');
    expect(heard).toEqual(['open', 'half_open', 'closed']);
    expect(warn).toHaveBeenCalledWith(`a listener to a breaker's changes threw: Error: oh`);
    warn.mockRestore();
  });
});
