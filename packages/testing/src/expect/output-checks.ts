import type { RunResult } from '@wf-sdk/core';
import { drawRun } from '../draw/run.ts';
import { TestKitError } from '../run/test-kit-error.ts';
import { type Difference, differenceBetween, showValue } from './equal.ts';
import { checkTasks } from './subject.ts';
import { explain, type Verdict } from './verdict.ts';

/** What is asked about outputs. */
export const outputChecks: {
  readonly toHaveOutput: typeof toHaveOutput;
} = { toHaveOutput };

/** One argument: the run's output. Two: a task, and its output. */
function toHaveOutput(result: RunResult, negated: boolean, ...args: readonly unknown[]): Verdict {
  if (args.length === 0 || args.length > 2)
    throw new TestKitError(`toHaveOutput takes a value, or a task and a value, not ${args.length} arguments`);
  const task = args.length === 2 ? checkedTask(result, args[0]) : undefined;
  const expected = args.at(-1);
  const subject =
    task === undefined
      ? `the output of the run of workflow '${result.workflow}'`
      : `the output of task '${task}'`;
  const [state, actual] =
    task === undefined ? [result.state, result.output] : [result.tasks[task]?.state, result.outputs[task]];
  const hasOutput = state === 'succeeded';
  const difference = hasOutput ? differenceBetween(actual, expected) : undefined;
  const draw = (remark: string): string =>
    drawRun(result, task === undefined ? {} : { marks: { [task]: remark } });
  return {
    pass: hasOutput && difference === undefined,
    message: () => {
      if (negated) return explain(`${subject} is ${showValue(actual)}, and should not be`, draw(''));
      if (difference === undefined)
        return explain(
          `${subject} should be ${showValue(expected)}, and there is none: ${task === undefined ? 'the run' : 'it'} is ${String(state)}`,
          draw('gave no output'),
        );
      return explain(`${subject} ${showDifference(difference)}`, draw('gave another output'));
    },
    ...(difference === undefined ? {} : { actual, expected }),
  };
}

function showDifference({ path, actual, expected }: Difference): string {
  const place = path === '' ? '' : `differs at ${path}: it `;
  return `${place}is ${showValue(actual)}, not ${showValue(expected)}`;
}

function checkedTask({ workflow, tasks }: RunResult, id: unknown): string {
  checkTasks({ id: workflow, tasks: Object.keys(tasks) }, [id]);
  return String(id);
}
