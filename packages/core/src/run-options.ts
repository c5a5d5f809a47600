import { systemClock } from './execute/system.ts';
import { parseDuration } from './lib/duration.ts';
import { OptionError } from './model/error.ts';
import type { Duration } from './model/policy.ts';
import type { Clock, Observer } from './model/ports.ts';

/** How a run is run. */
export interface RunOptions {
  /** The run's ID: any text without a slash. @default one that sorts by time */
  readonly id?: string;
  /** How many tasks may run at once, from 1; 1 is one after the other. @default Infinity */
  readonly concurrency?: number;
  /** The most the whole run may take. Then what has not ended is cancelled and the run fails. @default no limit */
  readonly timeout?: Duration;
  /** How long running tasks have to stop when the run is cancelled, before they are no longer waited for. @default '10s' */
  readonly gracePeriod?: Duration;
  /** Cancels the run when it is aborted, with its reason. */
  readonly signal?: AbortSignal;
  /** Are told every event, in order. */
  readonly observers?: readonly Observer[];
  /** Where time comes from. @default the machine's clock */
  readonly clock?: Clock;
  /** Where chance (jitter) comes from: evenly between 0 and 1. @default Math.random */
  readonly random?: () => number;
}

/** Options that were checked, with every default filled in and durations in milliseconds. */
export interface RunSettings {
  readonly id: string | undefined;
  readonly concurrency: number;
  readonly timeoutMs: number | undefined;
  readonly graceMs: number;
  readonly signal: AbortSignal | undefined;
  readonly observers: readonly Observer[];
  readonly clock: Clock;
  readonly random: () => number;
}

/** @throws OptionError for an option that is not usable. */
export function toSettings(options: RunOptions): RunSettings {
  return {
    id: checkId(options.id),
    concurrency: checkConcurrency(options.concurrency ?? Number.POSITIVE_INFINITY),
    timeoutMs: options.timeout === undefined ? undefined : checkDuration('timeout', options.timeout),
    graceMs: checkDuration('gracePeriod', options.gracePeriod ?? 10_000),
    signal: options.signal,
    observers: options.observers ?? [],
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/** The settings of a run without options. */
export const DEFAULT_SETTINGS: RunSettings = Object.freeze(toSettings({}));

/** An ID is a part of idempotency keys, between slashes. */
function checkId(id: unknown): string | undefined {
  if (id === undefined || (typeof id === 'string' && /^[^\s/]+$/.test(id))) return id;
  throw new OptionError('id', 'some text without slashes and white space', id);
}

function checkConcurrency(concurrency: unknown): number {
  if (concurrency === Number.POSITIVE_INFINITY) return concurrency;
  if (Number.isInteger(concurrency) && (concurrency as number) >= 1) return concurrency as number;
  throw new OptionError('concurrency', 'a whole number from 1, or Infinity', concurrency);
}

/** @throws OptionError */
export function checkDuration(option: string, duration: unknown): number {
  const ms = parseDuration(duration);
  if (ms !== undefined) return ms;
  throw new OptionError(option, `a duration: milliseconds, or '250ms', '5s', '1.5m', '2h', '1d'`, duration);
}
