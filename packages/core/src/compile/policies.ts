import { parseDuration } from '../lib/duration.ts';
import type { TaskDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { RetryPolicy } from '../model/policy.ts';
import { show } from './show.ts';

type Report = (diagnostic: Diagnostic) => void;

/** A task's policies with defaults filled in and durations in milliseconds; what is wrong is reported. */
export interface PlannedPolicies {
  readonly retry: RetryPolicy | undefined;
  readonly timeoutMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly queueTimeoutMs: number | undefined;
  readonly slaMs: number | undefined;
  readonly priority: number;
}

const NONE: PlannedPolicies = Object.freeze({
  retry: undefined,
  timeoutMs: undefined,
  deadlineMs: undefined,
  queueTimeoutMs: undefined,
  slaMs: undefined,
  priority: 0,
});

/** Whether a task has to do with time beside its retries. */
export function isTimed({ timeoutMs, deadlineMs, queueTimeoutMs, slaMs }: PlannedPolicies): boolean {
  return (timeoutMs ?? deadlineMs ?? queueTimeoutMs ?? slaMs) !== undefined;
}

export function planPolicies(task: TaskDefinition, report: Report): PlannedPolicies {
  const { retry, timeout, deadline, queueTimeout, sla, priority } = task;
  if ((retry ?? timeout ?? deadline ?? queueTimeout ?? sla ?? priority) === undefined) return NONE;
  if (priority !== undefined && !Number.isFinite(priority)) {
    report({
      code: 'bad_priority',
      task: task.id,
      message: `task '${task.id}': priority must be a finite number, not ${show(priority)}`,
    });
  }
  return {
    retry: retry === undefined ? undefined : planRetry(task.id, 'retry', retry, report),
    timeoutMs: planDuration(task.id, 'timeout', timeout, report, { positive: true }),
    deadlineMs: planDuration(task.id, 'deadline', deadline, report, { positive: true }),
    queueTimeoutMs: planDuration(task.id, 'queueTimeout', queueTimeout, report, { positive: true }),
    slaMs: planDuration(task.id, 'sla', sla, report, { positive: true }),
    priority: priority ?? 0,
  };
}

const BACKOFFS = ['constant', 'linear', 'exponential'] as const;
const JITTERS = ['none', 'full', 'equal'] as const;
const RETRY_KEYS = ['attempts', 'backoff', 'delay', 'factor', 'maxDelay', 'jitter', 'retryIf'] as const;

/** `given` comes from users, perhaps from untyped code: nothing is taken on trust. */
export function planRetry(
  task: string,
  what: string,
  given: unknown,
  report: Report,
): RetryPolicy | undefined {
  const bad = (message: string): void =>
    report({ code: 'bad_retry', task, message: `task '${task}': ${message}` });
  if (typeof given !== 'object' || given === null) {
    bad(`${what} takes options such as { attempts: 3 }, not ${show(given)}`);
    return undefined;
  }
  const options = given as Record<string, unknown>;
  for (const key of Object.keys(options)) {
    if (!(RETRY_KEYS as readonly string[]).includes(key)) {
      bad(`${what} has no option '${key}'; its options are ${RETRY_KEYS.join(', ')}`);
    }
  }
  const {
    attempts,
    backoff = 'exponential',
    delay = '1s',
    factor = 2,
    maxDelay,
    jitter = 'none',
    retryIf,
  } = options;
  if (!Number.isInteger(attempts) || (attempts as number) < 1) {
    bad(`${what}.attempts is the number of tries in all, a whole number from 1, not ${show(attempts)}`);
  }
  if (!BACKOFFS.includes(backoff as never))
    bad(`${what}.backoff is one of ${BACKOFFS.join(', ')}, not ${show(backoff)}`);
  if (!JITTERS.includes(jitter as never))
    bad(`${what}.jitter is one of ${JITTERS.join(', ')}, not ${show(jitter)}`);
  if (typeof factor !== 'number' || !(factor >= 1) || !Number.isFinite(factor)) {
    bad(`${what}.factor is a number from 1, not ${show(factor)}`);
  }
  if (options['factor'] !== undefined && backoff !== 'exponential') {
    bad(`${what}.factor has a meaning only with backoff 'exponential', not with ${show(backoff)}`);
  }
  if (retryIf !== undefined && typeof retryIf !== 'function')
    bad(`${what}.retryIf is a function, not ${show(retryIf)}`);
  return Object.freeze({
    attempts: attempts as number,
    backoff: backoff as RetryPolicy['backoff'],
    delayMs: planDuration(task, `${what}.delay`, delay, report) ?? 0,
    factor: factor as number,
    maxDelayMs: planDuration(task, `${what}.maxDelay`, maxDelay, report) ?? Number.POSITIVE_INFINITY,
    jitter: jitter as RetryPolicy['jitter'],
    retryIf: retryIf as RetryPolicy['retryIf'],
  });
}

export function planDuration(
  task: string,
  what: string,
  given: unknown,
  report: Report,
  { positive = false }: { readonly positive?: boolean } = {},
): number | undefined {
  if (given === undefined) return undefined;
  const ms = parseDuration(given);
  if (ms !== undefined && (ms > 0 || !positive)) return ms;
  const wanted = `${positive ? 'longer than nothing' : 'not negative'}, in milliseconds or as '250ms', '5s', '1.5m', '2h', '1d'`;
  report({
    code: 'bad_duration',
    task,
    message: `task '${task}': ${what} must be a duration ${wanted}, not ${show(given)}`,
  });
  return undefined;
}
