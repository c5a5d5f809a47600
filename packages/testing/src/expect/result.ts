import type { Outcome, RunResult, SkipReason } from '@wf-sdk/core';
import type { ExpectedError } from './errors.ts';
import { createExpectation } from './expectation.ts';
import { outcomeChecks } from './outcome-checks.ts';
import { outputChecks } from './output-checks.ts';
import { resultOf } from './subject.ts';
import { type ExpectedRun, taskChecks } from './task-checks.ts';

export const resultChecks: typeof outcomeChecks & typeof taskChecks & typeof outputChecks = {
  ...outcomeChecks,
  ...taskChecks,
  ...outputChecks,
};

/** The IDs of a result's tasks. */
export type TaskIdOf<Result extends RunResult> = keyof Result['tasks'] & string;

/** The result as it is when the run succeeded: all outputs are in its type. */
type Succeeded<Result extends RunResult> = Extract<Result, { readonly state: 'succeeded' }>;

/** A run's output; or a task, and its output. */
export type OutputArguments<Result extends RunResult> =
  | [value: Succeeded<Result>['output']]
  | {
      readonly [Id in keyof Succeeded<Result>['outputs'] & string]: [
        task: Id,
        value: Succeeded<Result>['outputs'][Id],
      ];
    }[keyof Succeeded<Result>['outputs'] & string];

/** What can be said about a run. Each throws where it does not hold, and shows the run with the point marked. */
export interface ResultAssertions<Id extends string, Output extends unknown[]> {
  /** The run succeeded. */
  toSucceed(): void;
  /** It came to this; `partial` is a failed run of which some tasks succeeded. */
  toHaveOutcome(outcome: Outcome): void;
  /**
   * The run failed, and this is among its errors, its failed tasks' errors and what caused them. With a task: among that
   * task's.
   */
  toFailWith(error: ExpectedError, task?: Id): void;
  /** The task ran: with so many attempts and items, where that is said. */
  toHaveRun(task: Id, expected?: ExpectedRun): void;
  /** The task was skipped: for this reason, where one is said. */
  toHaveSkipped(task: Id, reason?: SkipReason): void;
  /** The task failed, however the run ended: with this error or because of it, where one is said. */
  toHaveFailed(task: Id, error?: ExpectedError): void;
  /** The tasks ran, and each first started after the one before it; others may have run in between. */
  toHaveRunInOrder(...tasks: [Id, Id, ...Id[]]): void;
  /** The tasks were undone, in this order; others may have been in between. Under `not`: none of them was. */
  toHaveCompensated(...tasks: [Id, ...Id[]]): void;
  /** The run's output, or that of a task, is deeply and strictly equal to the value. */
  toHaveOutput(...args: Output): void;
}

export interface ResultExpectation<Id extends string, Output extends unknown[]> extends ResultAssertions<
  Id,
  Output
> {
  /** The opposite. */
  readonly not: ResultAssertions<Id, Output>;
}

/**
 * Asserts on the result of a run, with any test runner.
 *
 * ```ts
 * import { run, workflow } from 'wf-sdk';
 * import { expectResult } from 'wf-sdk/testing';
 *
 * const answer = workflow('answer')
 *   .addTask('compute')
 *   .run(() => 42);
 *
 * const result = await run(answer);
 * expectResult(result).toSucceed();
 * expectResult(result).toHaveRun('compute', { attempts: 1 });
 * expectResult(result).toHaveOutput('compute', 42);
 * ```
 *
 * @throws TestKitError where it is given something else than a result, or an ID that is no task of the workflow.
 */
export function expectResult<Result extends RunResult>(
  result: Result,
): ResultExpectation<TaskIdOf<Result>, OutputArguments<Result>> {
  // The one cast from the untyped checks to what the result's own type says.
  return createExpectation(resultOf(result), resultChecks) as object as ResultExpectation<
    TaskIdOf<Result>,
    OutputArguments<Result>
  >;
}
