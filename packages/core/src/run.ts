import { compile } from './compile/compile.ts';
import type { AnyTask, Missing, Workflow } from './define/types.ts';
import type { RunResult, SucceededRun } from './model/result.ts';
import { beginChild } from './run-child.ts';
import { Handle, type RunHandle } from './run-handle.ts';
import { DEFAULT_SETTINGS, type RunOptions, toSettings } from './run-options.ts';

/** A run's arguments after the workflow: the input can be left out where it may be `undefined`. */
export type RunArguments<In> = undefined extends In
  ? [input?: In, options?: RunOptions]
  : [input: In, options?: RunOptions];

type ResultOf<T extends AnyTask, Out> = RunResult<
  T['id'],
  { readonly [E in T as E['id']]: E['out'] | Missing[E['mark']] },
  Out
>;

/**
 * Runs a workflow in this process.
 *
 * @throws DefinitionError when the workflow cannot be run, with everything that is wrong with it.
 * @throws OptionError when an option is not usable.
 */
export function run<In, T extends AnyTask, Out>(
  workflow: Workflow<In, T, Out>,
  ...[input, options]: RunArguments<NoInfer<In>>
): RunHandle<ResultOf<T, Out>> {
  // The one cast from the untyped result to the workflow's own.
  const settings = options === undefined ? DEFAULT_SETTINGS : toSettings(options);
  return new Handle(compile(workflow), input, settings, beginChild) as RunHandle<RunResult> as RunHandle<
    ResultOf<T, Out>
  >;
}

/**
 * Runs a workflow and gives its result only if it succeeded.
 *
 * @throws RunFailedError, RunTimeoutError, RunCancelledError, or ValidationError when the input does not fit.
 */
export async function runOrThrow<In, T extends AnyTask, Out>(
  workflow: Workflow<In, T, Out>,
  ...args: RunArguments<NoInfer<In>>
): Promise<SucceededRun<T['id'], { readonly [E in T as E['id']]: E['out'] | Missing[E['mark']] }, Out>> {
  const result = await run(workflow, ...args);
  if (result.state !== 'succeeded') throw result.error;
  return result;
}
