import { compile, didYouMean, isWorkflow, type Plan, type RunResult } from '@wf-sdk/core';
import { TestKitError } from '../run/test-kit-error.ts';
import { showValue } from './equal.ts';

/**
 * The plan of what has to be a workflow.
 *
 * @throws TestKitError where it is something else.
 * @throws DefinitionError with every diagnostic, where it cannot be run.
 */
export function planOf(received: unknown): Plan {
  if (isWorkflow(received)) return compile(received);
  throw new TestKitError(`this looks at a workflow, and was given ${describe(received, 'workflow')}`);
}

/**
 * What has to be the result of a run.
 *
 * @throws TestKitError where it is something else.
 */
export function resultOf(received: unknown): RunResult {
  if (isResult(received)) return received;
  throw new TestKitError(`this looks at the result of a run, and was given ${describe(received, 'result')}`);
}

/**
 * Checks the IDs of tasks: a misspelt one would let an assertion pass for ever, under `.not` above all.
 *
 * @throws TestKitError where one is no task of the workflow.
 */
export function checkTasks(
  { id: workflow, tasks }: { readonly id: string; readonly tasks: Iterable<string> },
  ids: readonly unknown[],
): void {
  const known = new Set(tasks);
  for (const id of ids) {
    if (typeof id === 'string' && known.has(id)) continue;
    const hint = didYouMean(id, known) || `; its tasks are ${listSome([...known])}`;
    const name = typeof id === 'string' ? `'${id}'` : showValue(id);
    throw new TestKitError(`no task ${name} in workflow '${workflow}'${hint}`);
  }
}

/** @throws TestKitError where there are fewer tasks named than the assertion needs to say something. */
export function checkCount(matcher: string, ids: readonly unknown[], least: number): void {
  if (ids.length >= least) return;
  const wanted = least === 1 ? 'at least one task' : `at least ${least} tasks`;
  throw new TestKitError(`${matcher} needs ${wanted}: with ${ids.length} it would say nothing`);
}

/** @throws TestKitError where a word is none of those there are. */
export function checkWord(what: string, word: unknown, words: readonly string[]): void {
  if (words.includes(word as string)) return;
  const hint = didYouMean(word, words) || `; there are ${words.join(', ')}`;
  throw new TestKitError(`there is no ${what} ${showValue(word)}${hint}`);
}

const SHOWN_TASKS = 10;

function listSome(ids: readonly string[]): string {
  const shown = ids.slice(0, SHOWN_TASKS).map((id) => `'${id}'`);
  return ids.length > SHOWN_TASKS
    ? `${shown.join(', ')} and ${ids.length - SHOWN_TASKS} more`
    : shown.join(', ');
}

function isResult(value: unknown): value is RunResult {
  return has(value, 'workflow', 'outcome', 'tasks', 'outputs', 'compensations');
}

/** What it is instead, and what to do about it. */
function describe(value: unknown, wanted: 'workflow' | 'result'): string {
  const fitting = wanted === 'workflow' ? isWorkflow : isResult;
  if (isResult(value))
    return `the result of a run of workflow '${value.workflow}'; give it the workflow itself`;
  if (isWorkflow(value))
    return `workflow '${value.definition.id}' itself; run it first: await testRun(workflow)`;
  if (has(value, 'then', 'events', 'cancel'))
    return wanted === 'result'
      ? 'a run that was not awaited; put await in front of it'
      : 'a run; give it the workflow itself';
  if (has(value, 'then')) return 'a promise; put await in front of it';
  if (has(value, 'default') && fitting(value.default)) return `a module; give it the module's default export`;
  const made =
    wanted === 'workflow'
      ? `make one with workflow('…').addTask('…').run(…)`
      : 'a result is what await testRun(workflow) gives';
  return `${typeof value === 'function' ? 'a function' : showValue(value)}; ${made}`;
}

function has<Key extends string>(value: unknown, ...keys: readonly Key[]): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}
