import type { AnyTask, OutputsOf, RunResult, Workflow } from '@wf-sdk/core';
import { DrivenRun } from './driven-run.ts';
import { drawRun } from '../draw/run.ts';
import type { TestResult, TestRun } from './test-handle.ts';
import { TestKitError } from './test-kit-error.ts';
import type { TestOptions } from './test-options.ts';

/** How a run of this workflow ends, with the types of its outputs. */
export type ResultOf<W, T extends AnyTask, Out> = RunResult<T['id'], OutputsOf<W>, Out>;

/**
 * Runs a workflow in virtual time: waits of days take no time, and nothing is left to chance.
 *
 * @throws TestKitError where an option names a task that is not there, or asks of one what it cannot do.
 * @throws OptionError, DefinitionError as `run` does.
 */
export function testRun<In, T extends AnyTask, Out, Input>(
  workflow: Workflow<In, T, Out, Input>,
  options: TestOptions<NoInfer<In>, T, Input>,
): TestRun<ResultOf<Workflow<In, T, Out>, T, Out>>;
export function testRun<In, T extends AnyTask, Out>(
  workflow: WithoutInput<In, Workflow<In, T, Out>>,
): TestRun<ResultOf<Workflow<In, T, Out>, T, Out>>;
export function testRun(workflow: Workflow, options: object = {}): TestRun {
  return new DrivenRun(workflow, options) as TestRun;
}

/**
 * Does the same and gives the result only if the run succeeded: then all outputs are in its type.
 *
 * @throws TestKitError that shows the run, with the run's error as its cause, if it did not succeed.
 */
export function testRunOrThrow<In, T extends AnyTask, Out, Input>(
  workflow: Workflow<In, T, Out, Input>,
  options: TestOptions<NoInfer<In>, T, Input>,
): Promise<Succeeded<Workflow<In, T, Out>, T, Out>>;
export function testRunOrThrow<In, T extends AnyTask, Out>(
  workflow: WithoutInput<In, Workflow<In, T, Out>>,
): Promise<Succeeded<Workflow<In, T, Out>, T, Out>>;
export async function testRunOrThrow(workflow: Workflow, options: object = {}): Promise<TestResult> {
  const result = await new DrivenRun(workflow, options);
  if (result.state === 'succeeded') return result;
  throw new TestKitError(`the run did not succeed\n${drawRun(result)}`, { cause: result.error });
}

type Succeeded<W, T extends AnyTask, Out> = Extract<
  TestResult<ResultOf<W, T, Out>>,
  { readonly state: 'succeeded' }
>;

/** Accepts a workflow that needs no input; for another it is the sentence the user reads. */
type WithoutInput<In, W> = undefined extends In
  ? W
  : 'Error: this workflow takes an input: say testRun(workflow, { input: … })';
