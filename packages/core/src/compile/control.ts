import { isDate } from '../lib/date.ts';
import { parseDuration } from '../lib/duration.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { TaskDefinition, WorkflowDefinition } from '../model/definition.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import { CONDITIONAL, GATED, MAY_FAIL, type PlannedRule, RUNS_ALWAYS, TEARDOWN } from '../model/plan.ts';
import { TRIGGER_RULES } from '../model/trigger-rule.ts';
import { checkFanOut } from './fan-out.ts';
import { show } from './show.ts';
import { checkSignal } from './signal.ts';

type Report = (diagnostic: Diagnostic) => void;

const ON_FAILURE: readonly unknown[] = [undefined, 'continue', 'fail-fast'];
const FAILURE_POLICIES: readonly unknown[] = [undefined, 'any', 'leaves'];

/** Checks what a workflow says of its failures. */
export function checkFailurePolicies(definition: WorkflowDefinition, report: Report): void {
  const { onFailure, failurePolicy } = definition;
  const bad = (message: string): void => report({ code: 'bad_failure_policy', message });
  if (!ON_FAILURE.includes(onFailure)) bad(`onFailure is 'continue' or 'fail-fast', not ${show(onFailure)}`);
  if (!FAILURE_POLICIES.includes(failurePolicy))
    bad(`failurePolicy is 'any' or 'leaves', not ${show(failurePolicy)}`);
}

/** The rule that decides when a task runs. */
export function ruleOf({ triggerRule, teardownOf, runAlways }: TaskDefinition): PlannedRule {
  if (teardownOf !== undefined) return 'teardown';
  return triggerRule ?? (runAlways === true ? 'all_done' : 'all_success');
}

/** What the scheduler has to know of a task, as bits. */
export function traitsOf(task: TaskDefinition): number {
  const { conditions, branches, sleep, signal, fanOut, cache, runAlways, teardownOf, allowFailure } = task;
  const admitted = (task.pools?.length ?? 0) > 0 || (task.resources ?? task.isolate) !== undefined;
  return (
    (conditions !== undefined || branches !== undefined ? CONDITIONAL : 0) |
    ((sleep ?? signal) !== undefined || ((admitted || cache !== undefined) && fanOut === undefined)
      ? GATED
      : 0) |
    (runAlways === true || teardownOf !== undefined ? RUNS_ALWAYS : 0) |
    (allowFailure === true ? MAY_FAIL : 0) |
    (teardownOf === undefined ? 0 : TEARDOWN)
  );
}

/** Checks whether, when and with what a task runs. */
export function checkControl(
  task: TaskDefinition,
  tasks: ReadonlyMap<string, unknown>,
  report: Report,
): void {
  const bad = (code: DiagnosticCode, message: string): void =>
    report({ code, task: task.id, message: `task '${task.id}': ${message}` });
  if (task.triggerRule !== undefined) checkRule(task, bad);
  if (task.teardownOf !== undefined) checkTeardown(task, tasks, bad);
  if (task.conditions?.some((condition) => typeof condition !== 'function') === true)
    bad('bad_condition', `.when() takes a function of the task's data`);
  if (task.branches !== undefined) checkBranches(task, bad);
  if (task.fanOut !== undefined) checkFanOut(task.fanOut, bad);
  if (task.child !== undefined) checkChild(task, bad);
  if (task.sleep !== undefined) checkSleep(task, bad);
  if (task.signal !== undefined) checkSignal(task, task.signal, ['sleep', ...OF_ATTEMPTS], bad);
}

type Bad = (code: DiagnosticCode, message: string) => void;

function checkRule({ triggerRule, teardownOf }: TaskDefinition, bad: Bad): void {
  if (!TRIGGER_RULES.includes(triggerRule as never)) {
    const hint = didYouMean(triggerRule, TRIGGER_RULES);
    bad(
      'bad_trigger_rule',
      `there is no trigger rule ${show(triggerRule)}${hint}; the rules are ${TRIGGER_RULES.join(', ')}`,
    );
  }
  if (teardownOf !== undefined)
    bad(
      'conflicting_policies',
      `a teardown has its own trigger rule; remove .triggerRule() or .teardownOf()`,
    );
}

function checkTeardown(
  { id, teardownOf = '' }: TaskDefinition,
  tasks: ReadonlyMap<string, unknown>,
  bad: Bad,
): void {
  if (teardownOf === id) bad('bad_teardown', `it cannot be its own teardown`);
  else if (!tasks.has(teardownOf)) {
    const hint = didYouMean(teardownOf, tasks.keys());
    bad('bad_teardown', `it is the teardown of '${teardownOf}', which is not a task of this workflow${hint}`);
  }
}

function checkBranches({ branches = [], dependsOn }: TaskDefinition, bad: Bad): void {
  for (const { task, labels } of branches) {
    if (!dependsOn.includes(task))
      bad('bad_branch', `it is on a branch of '${task}', which is not among its dependencies`);
    if (!Array.isArray(labels) || labels.length === 0)
      bad('bad_branch', `.onBranch('${task}', …) needs at least one label`);
  }
}

function checkChild({ child, handler, isolate }: TaskDefinition, bad: Bad): void {
  const { workflow, input } = child ?? {};
  const usable =
    typeof workflow === 'function' ||
    (typeof workflow === 'object' && workflow !== null && 'definition' in workflow);
  if (!usable) bad('bad_child', `.runWorkflow() takes a workflow, or a function that gives one`);
  if (input !== undefined && typeof input !== 'function')
    bad('bad_child', `the input of .runWorkflow() is a function of the task's data, not ${show(input)}`);
  if (handler !== undefined)
    bad('conflicting_policies', `it has both a handler and a workflow to run; keep one`);
  if (isolate !== undefined)
    bad(
      'conflicting_policies',
      `a task that runs a workflow cannot be isolated; isolate the tasks of that workflow`,
    );
}

/** What has a meaning only where there are attempts. */
const OF_ATTEMPTS = [
  'handler',
  'child',
  'fanOut',
  'output',
  'retry',
  'timeout',
  'queueTimeout',
  'breaker',
  'fallback',
  'recover',
  'compensate',
  'cache',
  'pools',
  'resources',
  'isolate',
] as const satisfies readonly (keyof TaskDefinition)[];

function checkSleep(task: TaskDefinition, bad: Bad): void {
  const { sleep } = task;
  const usable = typeof sleep === 'function' || isDate(sleep) || parseDuration(sleep) !== undefined;
  if (!usable || (isDate(sleep) && Number.isNaN(sleep.getTime()))) {
    const forms = `milliseconds, '250ms', '5s', '1.5m', '2h', '1d', a Date, or a function that gives one of these`;
    bad('bad_duration', `.sleep() takes a duration (${forms}), not ${show(sleep)}`);
  }
  for (const key of OF_ATTEMPTS) {
    if (task[key] !== undefined)
      bad(
        'conflicting_policies',
        `a task that sleeps makes no attempts, so that '${key}' means nothing; remove it`,
      );
  }
}
