import { compile } from '../compile/compile.ts';
import type { AnyTask, Missing, Workflow } from '../define/types.ts';
import { suggest } from '../lib/suggest.ts';
import { OptionError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import type { RunResult, SucceededRun } from '../model/result.ts';
import type { Store } from '../model/store.ts';
import { beginChild } from './child.ts';
import type { RunHandle } from './control.ts';
import { Handle } from './handle.ts';
import { DEFAULT_SETTINGS, type RunOptions, toSettings } from './options.ts';

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
 * Goes on with a run that a store keeps: where its process left it, or with its result where it has ended. Its input is
 * the one that it was begun with.
 *
 * A run that cannot go on fails with a `RunNotKeptError`, whose `cause` says why: a `RunNotFoundError`; a `RunActiveError`
 * where another process drives it; a `StructureChangedError` where the workflow is not the same any more.
 *
 * @throws DefinitionError, OptionError as `run` does.
 */
export function resume<In, T extends AnyTask, Out>(
  workflow: Workflow<In, T, Out>,
  id: string,
  options: Omit<RunOptions, 'id' | 'store'> & { readonly store: Store },
): RunHandle<ResultOf<T, Out>> {
  const settings = { ...toSettings({ ...options, id }), resumes: true };
  return new Handle(compile(workflow), undefined, settings, beginChild) as RunHandle<RunResult> as RunHandle<
    ResultOf<T, Out>
  >;
}

/** How an ended run is run again. */
export interface RetryRunOptions<Id extends string = string> extends Omit<RunOptions, 'id' | 'store'> {
  readonly store: Store;
  /** A task that is to run again although it succeeded, with all that depends on it. @default only what did not succeed */
  readonly from?: Id;
}

/**
 * Runs again what went wrong in a run that has ended: tasks that failed, were cancelled, or were not run because of such a one;
 * those whose effect was undone; and all that depends on these. The others keep their outputs. It is the same run: its log goes on.
 *
 * A run that cannot be retried fails with a `RunNotKeptError`, whose `cause` says why: those of `resume`; a `RunNotEndedError`; a
 * `NothingToRetryError` where the run succeeded and no task is named.
 *
 * @throws DefinitionError, OptionError as `run` does; OptionError where the workflow has no task `from`.
 */
export function retry<In, T extends AnyTask, Out>(
  workflow: Workflow<In, T, Out>,
  id: string,
  options: RetryRunOptions<NoInfer<T>['id']>,
): RunHandle<ResultOf<T, Out>> {
  const { from, ...others } = options;
  const plan = compile(workflow);
  if (from !== undefined && !plan.indexOf.has(from))
    throw new OptionError('from', `a task of workflow '${plan.id}'${hint(from, plan)}`, from);
  const settings = { ...toSettings({ ...others, id }), resumes: true, retries: { from } };
  return new Handle(plan, undefined, settings, beginChild) as RunHandle<RunResult> as RunHandle<
    ResultOf<T, Out>
  >;
}

function hint(task: unknown, { indexOf }: Plan): string {
  const known = typeof task === 'string' ? suggest(task, indexOf.keys()) : undefined;
  return known === undefined ? '' : `, perhaps '${known}'`;
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
