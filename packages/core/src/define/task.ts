import { madeOf } from '../lib/source.ts';
import type { TaskContext } from '../model/context.ts';
import type { IsolateOptions, ResourceDemand } from '../model/placement.ts';
import type { BreakerOptions, Duration, RetryOptions } from '../model/policy.ts';
import { type Schema, validate } from '../model/schema.ts';
import type { Made, Unset } from './facts.ts';

const BRAND = Symbol.for('wf-sdk.task');

/** What a reusable task does and how, before a workflow gives it an ID and dependencies. */
export interface ReusableTaskOptions<In, Input, Returns, SchemaIn, SchemaOut> extends ReusableTaskPolicies {
  /** Names the task in a serialised workflow; `fromJSON` finds it again under this name. */
  readonly name: string;
  /** Checks what the task is given, which is then typed without a word more. */
  readonly input?: Schema<In, Input>;
  /** Checks what `run` returns. */
  readonly output?: Schema<SchemaIn, SchemaOut>;
  readonly run: (input: Input, context: TaskContext) => Returns;
}

/** A reusable task's own policies: they hold where the workflow's chain does not say its own. */
export interface ReusableTaskPolicies {
  readonly retry?: RetryOptions;
  readonly timeout?: Duration;
  readonly deadline?: Duration;
  readonly queueTimeout?: Duration;
  readonly sla?: Duration;
  readonly breaker?: string | BreakerOptions;
  readonly resources?: ResourceDemand;
  readonly isolate?: IsolateOptions;
}

const POLICIES: readonly (keyof ReusableTaskPolicies)[] = [
  'retry',
  'timeout',
  'deadline',
  'queueTimeout',
  'sla',
  'breaker',
  'resources',
  'isolate',
];

/**
 * A task that many workflows can use: `.run(it)` where the handler's data fits its input, else `.run(it, map)`.
 * It is a function: called by itself, in a test say, it checks its input, runs, and checks its output.
 */
export interface ReusableTask<In, Out> {
  (input: In, context: TaskContext): Out;
  readonly taskName: string;
  readonly policies: ReusableTaskPolicies;
}

/**
 * Declares a task once, to be used in many workflows.
 *
 * @throws ValidationError (as a rejection, when run) where the input or the output does not fit its schema.
 */
export function task<
  Input = unknown,
  In = Input,
  SchemaIn = unknown,
  SchemaOut = Unset,
  Returns extends SchemaIn | Promise<SchemaIn> | PromiseLike<SchemaIn> =
    | SchemaIn
    | Promise<SchemaIn>
    | PromiseLike<SchemaIn>,
>(
  options: ReusableTaskOptions<In, Input, Returns, SchemaIn, SchemaOut>,
): ReusableTask<In, Promise<Made<Returns, SchemaOut>>> {
  const { name, input, output, run } = options;
  const checked = async (given: unknown, context: TaskContext): Promise<unknown> => {
    const value =
      input === undefined
        ? given
        : await validate(input, given, `the input of task '${name}'`, 'input_invalid');
    const result: unknown = await run(value as Input, context);
    if (output === undefined) return result;
    return validate(output, result, `the output of task '${name}'`, 'output_invalid');
  };
  const policies = Object.fromEntries(
    POLICIES.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
  );
  Object.defineProperty(madeOf(checked, [run]), 'name', { value: name });
  return Object.freeze(
    Object.assign(checked, { [BRAND]: true, taskName: name, policies: Object.freeze(policies) }),
  ) as ReusableTask<In, Promise<Made<Returns, SchemaOut>>>;
}

/** Whether a handler is a reusable task, from this copy of the package or another. */
export function isReusableTask(value: unknown): value is ReusableTask<never, unknown> {
  return typeof value === 'function' && BRAND in value;
}
