import { after } from '../run/after.ts';
import type { FailurePlan } from '../run/failures.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import type { EventMatch } from '../run/test-options.ts';

/** One case that is tried: what is special about it, beside the options that all cases have in common. */
export interface Case {
  readonly seed?: number;
  readonly concurrency?: number;
  readonly failures: Readonly<Record<string, FailurePlan>>;
  /** How long stubs take, in milliseconds. */
  readonly delays: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, unknown>>;
  readonly cancelOn?: EventMatch;
}

/** The options of a case's run. */
export function caseOptions(one: Case, options: LooseOptions): LooseOptions {
  const { seed, concurrency, cancelOn, failures, delays, decisions } = one;
  const stubs = { ...options.stubs };
  for (const [task, ms] of Object.entries(delays)) stubs[task] = after(ms, stubs[task]);
  return {
    ...options,
    ...(seed !== undefined && { seed }),
    ...(concurrency !== undefined && { concurrency }),
    ...nonEmpty('stubs', stubs),
    ...nonEmpty('failures', { ...options.failures, ...failures }),
    ...nonEmpty('decisions', { ...options.decisions, ...decisions }),
    ...(cancelOn !== undefined && { cancelOn }),
  };
}

function nonEmpty(name: string, values: object): object {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}

/** A case in words: `seed 3, load fails, at most 2 at once`. */
export function caseInWords({ seed, concurrency, failures, delays, cancelOn }: Case): string {
  const words = [
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...Object.entries(failures).map(([task, plan]) => `${task} ${failureInWords(plan)}`),
    ...(concurrency === undefined ? [] : [`at most ${concurrency} at once`]),
    ...Object.keys(delays).map((task) => `${task} takes its time`),
    ...(cancelOn === undefined ? [] : [`cancelled on ${cancelOn.type} of ${cancelOn.task ?? 'the run'}`]),
  ];
  return words.length === 0 ? 'nothing fails, and all goes in its natural order' : words.join(', ');
}

export function failureInWords(plan: FailurePlan): string {
  if (plan === 'timeout') return 'times out';
  if (plan === 'hang') return 'hangs';
  if (plan instanceof Error || typeof plan === 'function') return 'fails';
  if ('items' in plan) return `fails in item ${Object.keys(plan.items).join(', ')}`;
  const [first] = plan;
  const fails = first === undefined ? 'fails' : failureInWords(first);
  return `${fails} in the first ${plan.length === 1 ? 'attempt' : `${plan.length} attempts`}`;
}
