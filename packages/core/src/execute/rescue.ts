import { parseDuration } from '../lib/duration.ts';
import { isThenable } from '../lib/thenable.ts';
import type { TaskDefinition } from '../model/definition.ts';
import type { ErrorMatch, RecoveryAction, RecoveryRule } from '../model/recovery.ts';
import { isSkip } from '../model/skip.ts';

/** What is done about a failure that the retry policy did not mend. */
export type Rescue =
  | {
      readonly type: 'value';
      readonly value: unknown;
      readonly by: 'fallback' | 'recovery';
      readonly rule?: Matched;
    }
  | { readonly type: 'skip'; readonly by: 'fallback' | 'recovery'; readonly rule?: Matched }
  | { readonly type: 'retry'; readonly delayMs: number; readonly rule: Matched }
  | {
      readonly type: 'escalate';
      readonly error: Error;
      readonly message: string | undefined;
      readonly rule: Matched;
    }
  | { readonly type: 'fail'; readonly error: Error; readonly rule?: Matched };

/** The recovery rule that decided, and its place in the list. */
interface Matched {
  readonly place: number;
  readonly action: RecoveryAction['type'];
}

/** What rescuing needs of the run. */
export interface RescueHost {
  /** How often each recovery rule of the task has made it retry, by the rule's place. */
  readonly retries: Map<number, number>;
  warn(message: string, error: unknown): void;
  /** What the task reads. */
  data(): unknown;
}

/**
 * What becomes of a task after its last attempt failed: first its fallback is asked, then, if there is none or it threw,
 * its recovery rules, the first match deciding. A rule that throws leaves the task failed with the error it was about.
 */
export function rescue(
  { fallback, recover }: TaskDefinition,
  error: Error,
  host: RescueHost,
): Rescue | Promise<Rescue> {
  if (fallback === undefined) return recovered(recover, error, host);
  const accept = (value: unknown): Rescue =>
    isSkip(value) ? { type: 'skip', by: 'fallback' } : { type: 'value', value, by: 'fallback' };
  if (fallback.kind === 'value') return accept(fallback.value);
  const threw = (thrown: unknown): Rescue | Promise<Rescue> => {
    const failure = new AggregateError([thrown, error], `the fallback threw: ${String(thrown)}`, {
      cause: error,
    });
    return recovered(recover, failure, host);
  };
  try {
    const value = fallback.make(error, host.data() as never);
    return isThenable(value) ? Promise.resolve(value).then(accept, threw) : accept(value);
  } catch (thrown) {
    return threw(thrown);
  }
}

function recovered(
  rules: readonly RecoveryRule[] | undefined,
  error: Error,
  host: RescueHost,
): Rescue | Promise<Rescue> {
  if (rules === undefined) return { type: 'fail', error };
  const threw = (thrown: unknown): Rescue => {
    host.warn(`a recovery rule threw: ${String(thrown)}; the task fails as if there were none`, thrown);
    return { type: 'fail', error };
  };
  try {
    for (const [place, { match, action }] of rules.entries()) {
      if (!matches(match, error) || !leavesRetry(action, host.retries.get(place) ?? 0)) continue;
      const rescued = apply(action, place, error, host);
      return rescued instanceof Promise ? rescued.catch(threw) : rescued;
    }
  } catch (thrown) {
    return threw(thrown);
  }
  return { type: 'fail', error };
}

function matches(match: ErrorMatch, error: Error): boolean {
  switch (match.kind) {
    case 'class':
      return error instanceof match.type;
    case 'predicate':
      return match.test(error);
    case 'code':
      return 'code' in error && error.code === match.code;
  }
}

function leavesRetry(action: RecoveryAction, retries: number): boolean {
  if (action.type !== 'retry' && action.type !== 'run_then_retry') return true;
  return retries < (action.times ?? 1);
}

function apply(
  action: RecoveryAction,
  place: number,
  error: Error,
  host: RescueHost,
): Rescue | Promise<Rescue> {
  const rule: Matched = { place, action: action.type };
  switch (action.type) {
    case 'retry':
      return again(action.delay, rule, host);
    case 'run_then_retry': {
      const repaired = action.repair(error);
      return isThenable(repaired)
        ? Promise.resolve(repaired).then(() => again(action.delay, rule, host))
        : again(action.delay, rule, host);
    }
    case 'value': {
      const accept = (value: unknown): Rescue => ({ type: 'value', value, by: 'recovery', rule });
      const value = action.make(error);
      return isThenable(value) ? Promise.resolve(value).then(accept) : accept(value);
    }
    case 'skip':
      return { type: 'skip', by: 'recovery', rule };
    case 'fail':
      return { type: 'fail', error: action.make?.(error) ?? error, rule };
    case 'escalate':
      return { type: 'escalate', error, message: action.message, rule };
  }
}

function again(delay: unknown, rule: Matched, { retries }: RescueHost): Rescue {
  retries.set(rule.place, (retries.get(rule.place) ?? 0) + 1);
  return { type: 'retry', delayMs: parseDuration(delay) ?? 0, rule };
}
