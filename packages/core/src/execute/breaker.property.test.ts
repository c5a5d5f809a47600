import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import type { BreakerState } from '../model/policy.ts';
import type { BreakerPass } from './breaker-pass.ts';
import { breakerFor, loadBreakers } from './breakers.ts';

const SLICE_MS = 100;
const WINDOW_MS = 10 * SLICE_MS;
const RESET_AFTER_MS = 700;

/** What a breaker does, said as plainly as can be: every call is kept, and all are counted for each verdict. */
class Naive {
  state: BreakerState = 'closed';
  era = 0;
  readonly #failureRate: number;
  readonly #minimumCalls: number;
  #calls: { readonly slice: number; readonly failed: boolean }[] = [];
  #closedAt: number;
  #until = 0;

  constructor(failureRate: number, minimumCalls: number, now: number) {
    this.#failureRate = failureRate;
    this.#minimumCalls = minimumCalls;
    this.#closedAt = now;
  }

  enter(now: number): boolean {
    if (this.state === 'half_open' || (this.state === 'open' && now < this.#until)) return false;
    if (this.state === 'open') this.#become('half_open');
    return true;
  }

  end(era: number, outcome: string, now: number): void {
    if (era !== this.era || (outcome === 'abandoned' && this.state === 'closed')) return;
    if (this.state === 'half_open') {
      if (outcome === 'abandoned') this.#become('open');
      else if (outcome === 'failed') this.#open(now);
      else {
        this.#become('closed');
        this.#closedAt = now;
        this.#calls = [];
      }
      return;
    }
    this.#calls.push({ slice: this.#slice(now), failed: outcome === 'failed' });
    const [calls, failures] = this.counts(now);
    const tooMany = calls >= this.#minimumCalls && failures / calls >= this.#failureRate;
    if (outcome === 'failed' && tooMany) this.#open(now);
  }

  counts(now: number): [calls: number, failures: number] {
    const within = this.#calls.filter(({ slice }) => slice > this.#slice(now) - 10);
    return [within.length, within.filter(({ failed }) => failed).length];
  }

  #slice(now: number): number {
    return Math.floor((now - this.#closedAt) / SLICE_MS);
  }

  #open(now: number): void {
    this.#become('open');
    this.#until = now + RESET_AFTER_MS;
  }

  #become(state: BreakerState): void {
    this.state = state;
    this.era++;
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('enter' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      which: fc.nat(2),
      outcome: fc.constantFrom(
        'failed' as const,
        'succeeded' as const,
        'succeeded' as const,
        'abandoned' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('look' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.nat(900) }) },
);

beforeAll(loadBreakers);

test('a breaker does what a naive one does, whatever happens to it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0.1, 0.3, 0.5, 1),
      fc.integer({ min: 1, max: 20 }),
      fc.array(step, { maxLength: 120, size: 'max' }),
      (failureRate, minimumCalls, steps) => {
        const clock = new VirtualClock();
        const given = { name: 'api', given: [], countIf: undefined, whenOpen: 'wait' as const };
        const policy = {
          ...given,
          failureRate,
          minimumCalls,
          windowMs: WINDOW_MS,
          resetAfterMs: RESET_AFTER_MS,
        };
        const breaker = breakerFor(policy, clock);
        const naive = new Naive(failureRate, minimumCalls, clock.now());
        const underWay: { readonly pass: BreakerPass; readonly era: number }[] = [];
        const ours: unknown[] = [];
        const theirs: unknown[] = [];
        for (const each of steps) {
          switch (each.type) {
            case 'look': {
              const { state, calls, failures } = breaker.status;
              ours.push(state === 'closed' && [calls, failures]);
              theirs.push(naive.state === 'closed' && naive.counts(clock.now()));
              break;
            }
            case 'pass':
              clock.spend(each.ms);
              break;
            case 'enter': {
              const pass = breaker.enter();
              ours.push(pass !== undefined);
              theirs.push(naive.enter(clock.now()));
              if (pass !== undefined) underWay.push({ pass, era: naive.era });
              break;
            }
            case 'end': {
              const [call] = underWay.splice(each.which, 1);
              call?.pass[each.outcome](undefined);
              if (call !== undefined) naive.end(call.era, each.outcome, clock.now());
            }
          }
          ours.push(breaker.state);
          theirs.push(naive.state);
        }
        expect(ours).toEqual(theirs);
      },
    ),
    { numRuns: 300 },
  );
});
