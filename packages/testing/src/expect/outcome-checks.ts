import type { Outcome, RunResult } from '@wf-sdk/core';
import type { Marks } from '../draw/marks.ts';
import { drawRun } from '../draw/run.ts';
import {
  checkExpectedError,
  describeExpected,
  type ExpectedError,
  failedTasks,
  includesError,
  showCauses,
} from './errors.ts';
import { checkTasks, checkWord } from './subject.ts';
import { explain, type Verdict } from './verdict.ts';

/** What is asked about a run as a whole. */
export const outcomeChecks: {
  readonly toSucceed: typeof toSucceed;
  readonly toHaveOutcome: typeof toHaveOutcome;
  readonly toFailWith: typeof toFailWith;
} = { toSucceed, toHaveOutcome, toFailWith };

const OUTCOMES: readonly Outcome[] = ['success', 'partial', 'failed', 'cancelled'];

function toSucceed(result: RunResult, negated: boolean): Verdict {
  return {
    pass: result.state === 'succeeded',
    message: () =>
      explain(
        negated
          ? `the run of workflow '${result.workflow}' succeeded, and should not`
          : `the run of workflow '${result.workflow}' should succeed, and ${became(result)}`,
        drawRun(result, { marks: negated ? {} : notSucceeded(result) }),
      ),
  };
}

function toHaveOutcome(result: RunResult, negated: boolean, outcome: Outcome): Verdict {
  checkWord('outcome', outcome, OUTCOMES);
  return {
    pass: result.outcome === outcome,
    message: () =>
      explain(
        `the outcome of the run of workflow '${result.workflow}' is '${result.outcome}', ${negated ? 'and should not be' : `not '${outcome}'`}`,
        drawRun(result, { marks: notSucceeded(result) }),
      ),
    actual: result.outcome,
    expected: outcome,
  };
}

function toFailWith(result: RunResult, negated: boolean, expected: ExpectedError, task?: string): Verdict {
  checkExpectedError('toFailWith', expected);
  if (task !== undefined) checkTasks({ id: result.workflow, tasks: Object.keys(result.tasks) }, [task]);
  const failed = failedTasks(result).filter(({ id }) => task === undefined || id === task);
  const errors = [...failed.map(({ error }) => error), ...(task === undefined ? [result.error] : [])];
  const pass = result.state === 'failed' && includesError(errors, expected);
  const subject = task === undefined ? `the run of workflow '${result.workflow}'` : `task '${task}'`;
  return {
    pass,
    message: () => {
      if (negated)
        return explain(
          `${subject} failed with ${describeExpected(expected)}, and should not`,
          drawRun(result, { marks: causes(result) }),
        );
      const state = task === undefined || result.state !== 'failed' ? became(result) : stateOf(result, task);
      const why = errors.length > 0 && result.state === 'failed' ? 'it failed with others' : state;
      return explain(
        `${subject} should fail with ${describeExpected(expected)}, and ${why}`,
        drawRun(result, { marks: task === undefined ? causes(result) : { [task]: '', ...causes(result) } }),
      );
    },
  };
}

function became({ state }: RunResult): string {
  switch (state) {
    case 'succeeded':
      return 'the run succeeded';
    case 'failed':
      return 'the run failed';
    case 'cancelled':
      return 'the run was cancelled';
  }
}

function stateOf({ tasks }: RunResult, task: string): string {
  return `is ${tasks[task]?.state ?? 'unknown'}`;
}

/** Where it began: what only followed from it needs no mark. */
function notSucceeded(result: RunResult): Marks {
  const ids = Object.values(result.tasks).filter(({ state }) => state === 'failed' || state === 'cancelled');
  return Object.fromEntries(ids.map(({ id, error }) => [id, error === undefined ? '' : showCauses(error)]));
}

function causes(result: RunResult): Marks {
  return Object.fromEntries(
    failedTasks(result).map(({ id, error }) => [id, error === undefined ? '' : showCauses(error)]),
  );
}
