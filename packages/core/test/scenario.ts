import fc from 'fast-check';

import type { RetryOptions } from '../src/index.ts';
import type { FanOut } from '../src/model/fan-out.ts';
import type { RecoveryAction } from '../src/model/recovery.ts';
import { TRIGGER_RULES, type TriggerRule } from '../src/model/trigger-rule.ts';
import { type RandomTask, randomConcurrency, randomGraph } from './random.ts';

/** What one task of a random run is and does. */
export interface Trial {
  readonly shape: 'plain' | 'list' | 'stream' | 'matrix' | 'child' | 'sleep';
  readonly work: 'at_once' | 'later' | 'until_aborted' | 'deaf' | 'log';
  /** How many attempts fail before one succeeds. */
  readonly failures: number;
  readonly error: 'error' | 'type_error' | 'text' | 'final';
  readonly takesMs: number;
  readonly rule: TriggerRule | 'teardown' | undefined;
  readonly condition: 'yes' | 'no' | 'yes_later' | 'no_later' | 'throws' | undefined;
  readonly branch: 'taken' | 'not_taken' | undefined;
  readonly runAlways: boolean;
  readonly allowFailure: boolean;
  readonly retry: RetryOptions | undefined;
  readonly timeout: number | undefined;
  readonly deadline: number | undefined;
  readonly queueTimeout: number | undefined;
  readonly sla: number | undefined;
  readonly fallback: 'value' | 'later' | 'throws' | 'skip' | undefined;
  readonly recover: RecoveryAction['type'] | 'throws' | undefined;
  readonly compensate: 'works' | 'fails' | 'slow' | undefined;
  readonly pools: 'one' | 'two' | 'both' | undefined;
  readonly cpu: number | undefined;
  readonly breaker: 'wait' | 'fail' | undefined;
  readonly isolated: boolean;
  readonly join: FanOut['join'];
  readonly concurrency: number;
  /** How long the run below it sleeps, if it does; of these two may be active, and several are run for items. */
  readonly nap?: number;
}

/** A random run: its tasks, and what happens to it from outside. */
export interface Scenario {
  readonly graph: readonly RandomTask[];
  readonly trials: readonly Trial[];
  readonly concurrency: number;
  readonly cancel:
    | {
        readonly atEvent: number;
        readonly how: 'at_once' | 'soon' | 'by_signal' | 'forced' | 'forced_soon';
        readonly forceAfter: number | undefined;
      }
    | undefined;
  /** What a person says about the first task that waits for a decision, the second, … */
  readonly decisions: readonly ('approve' | 'retry' | 'skip' | 'fail')[];
  /** How long that takes. */
  readonly hesitationMs: number;
  readonly timeout: number;
  readonly gracePeriod: number;
  readonly onFailure: 'continue' | 'fail-fast';
  readonly failurePolicy: 'any' | 'leaves';
  readonly seed: number;
}

const SIZE = 10;

const retry: fc.Arbitrary<RetryOptions> = fc.record({
  attempts: fc.integer({ min: 1, max: 4 }),
  backoff: fc.constantFrom('constant', 'linear', 'exponential'),
  delay: fc.constantFrom(0, 1, 40, 300),
  jitter: fc.constantFrom('none', 'full', 'equal'),
});

/** One of these, or, `freq` times in `freq + 1`, nothing. */
function seldom<T>(freq: number, ...values: T[]): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: freq, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  );
}

const flag = (freq: number): fc.Arbitrary<boolean> => seldom(freq, true).map(Boolean);

const trial: fc.Arbitrary<Trial> = fc.record({
  shape: seldom(
    2,
    'list' as const,
    'stream' as const,
    'matrix' as const,
    'child' as const,
    'sleep' as const,
  ).map((shape) => shape ?? 'plain'),
  work: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('at_once' as const, 'later' as const, 'log' as const) },
    { weight: 1, arbitrary: fc.constantFrom('until_aborted' as const, 'deaf' as const) },
  ),
  failures: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
  ),
  error: fc.constantFrom('error', 'type_error', 'text', 'final'),
  takesMs: fc.constantFrom(0, 5, 30, 100),
  rule: seldom(1, 'teardown' as const, ...TRIGGER_RULES),
  condition: seldom(
    5,
    'yes' as const,
    'no' as const,
    'yes_later' as const,
    'no_later' as const,
    'throws' as const,
  ),
  branch: seldom(8, 'taken' as const, 'not_taken' as const),
  runAlways: flag(8),
  allowFailure: flag(6),
  retry: fc.option(retry, { nil: undefined, freq: 2 }),
  timeout: seldom(3, 20, 60),
  deadline: seldom(5, 50, 400),
  queueTimeout: seldom(8, 10, 100),
  sla: seldom(8, 20, 200),
  fallback: seldom(5, 'value' as const, 'later' as const, 'throws' as const, 'skip' as const),
  recover: seldom(
    3,
    'retry' as const,
    'run_then_retry' as const,
    'value' as const,
    'skip' as const,
    'fail' as const,
    'escalate' as const,
    'throws' as const,
  ),
  compensate: seldom(3, 'works' as const, 'fails' as const, 'slow' as const),
  pools: seldom(3, 'one' as const, 'two' as const, 'both' as const),
  cpu: seldom(5, 1, 2),
  breaker: seldom(3, 'wait' as const, 'fail' as const),
  isolated: flag(5),
  join: seldom<NonNullable<FanOut['join']>>(2, 'all', 'allSettled', { tolerate: 1 }, { tolerate: '50%' }).map(
    (join) => join ?? 'all',
  ),
  concurrency: fc.integer({ min: 1, max: 3 }),
});

export const randomScenario: fc.Arbitrary<Scenario> = fc.record({
  graph: randomGraph(SIZE),
  trials: fc.array(trial, { minLength: SIZE, maxLength: SIZE }),
  concurrency: randomConcurrency,
  cancel: fc.option(
    fc.record({
      atEvent: fc.nat({ max: 40 }),
      how: fc.constantFrom(
        'at_once' as const,
        'soon' as const,
        'by_signal' as const,
        'forced' as const,
        'forced_soon' as const,
      ),
      forceAfter: seldom(2, 0, 1, 3, 8),
    }),
    { nil: undefined },
  ),
  decisions: fc.array(fc.constantFrom('approve', 'retry', 'skip', 'fail'), { minLength: 1, maxLength: 4 }),
  hesitationMs: fc.constantFrom(0, 7, 400),
  timeout: fc.constantFrom(120, 700, 5_000),
  gracePeriod: fc.constantFrom(0, 50),
  onFailure: seldom(4, 'fail-fast' as const).map((given) => given ?? 'continue'),
  failurePolicy: seldom(3, 'leaves' as const).map((given) => given ?? 'any'),
  seed: fc.integer(),
});
