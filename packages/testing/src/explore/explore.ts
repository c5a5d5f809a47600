import type { AnyTask, Workflow } from '@wf-sdk/core';
import type { TestOptions } from '../run/test-options.ts';
import type { TestResult } from '../run/test-handle.ts';
import type { ResultOf } from '../run/test-run.ts';
import type { Errors } from './errors.ts';
import { Exploration, type ExploreReport, type LooseExploreOptions } from './exploration.ts';

/** What cases are made of, and what is looked at. */
export interface ExploreSettings<Result, T extends AnyTask> {
  /** What is true of every run: it throws or gives `false`, also as a promise, where it is not. */
  readonly invariant: (result: Result) => unknown;
  /** How many cases are tried, from 1. @default 100 */
  readonly runs?: number;
  /** The tasks that may be made to fail. @default all, but those that `failures` names; none where the list is empty */
  readonly failing?: readonly T['id'][];
  /** How tasks fail: for rules that ask for a class of errors. @default with an `Error` */
  readonly errors?: Errors<T>;
  /** Whether some of the runs are cancelled on the way. @default false */
  readonly cancels?: boolean;
  /** Called before each run, and waited for: it puts back what handlers and stubs share. */
  readonly beforeEach?: () => unknown;
  // What each case has of its own.
  readonly clock?: never;
  readonly seed?: never;
  readonly autoAdvance?: never;
  readonly cancelOn?: never;
  readonly signal?: never;
}

/** How a workflow is explored: as a test run, and in which cases. */
export type ExploreOptions<In, T extends AnyTask, Result, Input = unknown> = TestOptions<In, T, Input> &
  ExploreSettings<Result, T>;

/**
 * Runs a workflow in many cases: tasks that could go on at the same time do so in other orders, some fail (in their first
 * attempts, in all, in an item; by an error, a timeout, or without an end where something puts an end to it), so many run at once,
 * stubs take their time. The plain cases come first. The same call tries the same cases.
 *
 * Handlers without a stub are run really, once for each case: give stubs to those that do I/O, or `onUnstubbed: 'error'`. A person
 * who is asked, and of whom nothing is said by `decisions`, skips, fails or, where the task has a stub, approves.
 *
 * @throws InvariantError for the smallest case that breaks the invariant: what fails, in which order.
 * @throws TestKitError, OptionError, DefinitionError as `testRun` does.
 */
export async function explore<In, T extends AnyTask, Out, Input>(
  workflow: Workflow<In, T, Out, Input>,
  options: ExploreOptions<NoInfer<In>, T, TestResult<ResultOf<Workflow<In, T, Out>, NoInfer<T>, Out>>, Input>,
): Promise<ExploreReport> {
  // The one cast from the workflow's own types to any workflow's.
  return new Exploration(workflow, options as unknown as LooseExploreOptions).explore();
}
