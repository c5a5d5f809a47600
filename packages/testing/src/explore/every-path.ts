import { type AnyTask, compile, OptionError, type Outcome, type Plan, type Workflow } from '@wf-sdk/core';
import type { Marks } from '../draw/marks.ts';
import { count } from '../draw/words.ts';
import type { Failure } from '../run/failures.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import { TestKitError } from '../run/test-kit-error.ts';
import type { TestSettings } from '../run/test-options.ts';
import type { TestResult } from '../run/test-handle.ts';
import type { ResultOf } from '../run/test-run.ts';
import { type Errors, errorsFor } from './errors.ts';
import { checkTask } from './check-task.ts';
import { examine, type Examined } from './invariant.ts';
import { InvariantError } from './invariant-error.ts';
import { countOutcome, noOutcomes } from './outcomes.ts';
import { type Path, pathInWords, pathMarks, pathOf, type Paths, sizeOf } from './path.ts';
import { choicesOf, type Fate, type TaskChoices } from './path-choices.ts';
import { walkedOptions, walkingOptions } from './path-options.ts';
import { refuseOptions } from './refuse-options.ts';
import { Walk } from './walk.ts';

/**
 * What is the same on every path. What is given for a task by `failures`, `conditions`, `decisions` or, where others branch on it,
 * by `stubs` is as it is given, and not varied.
 */
export interface EveryPathOptions<In, T extends AnyTask, Input = unknown> extends Omit<
  TestSettings<T, Input>,
  'clock' | 'autoAdvance' | 'onUnstubbed' | 'cancelOn' | 'signal' | 'signals'
> {
  readonly input?: In;
  /** The tasks that matter. The others succeed. @default all */
  readonly tasks?: readonly T['id'][];
  /** So many paths are walked at the most, from 1. Where there are more, it is an error. @default 1000 */
  readonly limit?: number;
  /** How tasks fail: for rules that ask for a class of errors. @default with an `Error` */
  readonly errors?: Errors<T>;
  /** Called before each run, and waited for: it puts back what stubs share. */
  readonly beforeEach?: () => unknown;
}

/** What was tried. */
export interface PathsReport {
  readonly paths: number;
  /** The tasks that went in several ways. */
  readonly tasks: readonly string[];
  /** How many runs ended like this. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
}

/** What a path decides of each task that its run came to. */
export type PathOf<T extends AnyTask> = { readonly [E in T as E['id']]?: Fate };

/**
 * Runs the structure of a workflow (`stubAll`) once for every way in which its tasks can end: each task that comes to run
 * succeeds, or fails with all its attempts; each condition that is asked says yes, or no; each task on which others branch
 * gives each of its labels; a person who is asked approves, skips or fails. Ways that cannot be come to are not among them.
 *
 * @param invariant What is true on every path: it throws or gives `false`, also as a promise, where it is not.
 * @throws InvariantError for the smallest path that breaks the invariant, the one on which the fewest tasks do not succeed.
 * @throws TestKitError where there are more paths than `limit`, or an option names a task that is not there.
 * @throws OptionError, DefinitionError as `testRun` does.
 */
export async function everyPath<In, T extends AnyTask, Out, Input>(
  workflow: Workflow<In, T, Out, Input>,
  invariant: (
    result: TestResult<ResultOf<Workflow<In, T, Out>, NoInfer<T>, Out>>,
    path: PathOf<NoInfer<T>>,
  ) => unknown,
  options: EveryPathOptions<NoInfer<In>, T, Input> = {},
): Promise<PathsReport> {
  // The one cast from the workflow's own result to any workflow's.
  return walkAll(workflow, invariant as AnyInvariant, options);
}

type AnyInvariant = (result: TestResult, path: Path) => unknown;

type LoosePathOptions = LooseOptions & {
  readonly tasks?: readonly string[];
  readonly limit?: number;
  readonly errors?: Readonly<Record<string, Failure | undefined>>;
  readonly beforeEach?: () => unknown;
};

async function walkAll(
  workflow: Workflow,
  invariant: AnyInvariant,
  { tasks, limit = 1000, errors, beforeEach, ...options }: LoosePathOptions,
): Promise<PathsReport> {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new OptionError('limit', 'a whole number from 1', limit);
  refuseOptions(options, ['clock', 'autoAdvance', 'cancelOn', 'signal']);
  if (options.signals !== undefined)
    throw new OptionError('signals', 'left out: here no task waits for a signal', options.signals);
  const plan = compile(workflow);
  const choices = choicesOf(plan, variedIn(plan, tasks), options);
  const paths: Paths = { walk: new Walk(), choices, options, errorOf: errorsFor(plan, errors) };
  const outcomes = noOutcomes();
  let found: Found | undefined;
  let walked = 0;
  let isMore = true;
  while (isMore && walked < limit) {
    await beforeEach?.();
    const walking = walkingOptions(paths);
    const { result, fault } = await examine(workflow, walking, (run) => invariant(run, pathOf(paths)));
    walked++;
    if (result !== undefined) countOutcome(outcomes, result);
    if (fault !== undefined) found = withBroken(found, { ...brokenOn(paths), result, fault });
    // A run that was given up has taken long; the others might, too.
    if (fault !== undefined && result === undefined) break;
    isMore = paths.walk.turnBack();
  }
  if (found !== undefined)
    throw new InvariantError({
      ...found.smallest,
      found: inWords(
        plan.id,
        found,
        isMore ? `the first ${count(walked, 'path')}, and there are more` : count(walked, 'path'),
      ),
      notes: [],
    });
  if (isMore) throw tooMany(plan.id, limit, paths);
  return { paths: walked, tasks: variedTasks(choices), outcomes };
}

/** A path that breaks the invariant, or whose run does not end. */
interface Broken extends Examined {
  readonly size: number;
  readonly words: string;
  readonly marks: Marks;
  readonly options: LooseOptions;
}

interface Found {
  readonly smallest: Broken;
  readonly times: number;
}

function brokenOn(paths: Paths): Omit<Broken, keyof Examined> {
  return {
    size: sizeOf(paths),
    words: pathInWords(paths),
    marks: pathMarks(paths),
    options: walkedOptions(paths),
  };
}

function withBroken(found: Found | undefined, broken: Broken): Found {
  if (found === undefined) return { smallest: broken, times: 1 };
  const isSmaller = broken.size < found.smallest.size || broken.result === undefined;
  return { smallest: isSmaller ? broken : found.smallest, times: found.times + 1 };
}

function inWords(workflow: string, { smallest, times }: Found, of: string): string {
  const { result, words } = smallest;
  if (result === undefined) return `a run of workflow '${workflow}' does not end. Its path: ${words}`;
  return `workflow '${workflow}' breaks the invariant on ${times} of ${of}. The smallest: ${words}`;
}

function variedTasks(choices: readonly TaskChoices[]): readonly string[] {
  return choices
    .filter(({ condition, attempts }) => condition !== undefined || attempts !== undefined)
    .map(({ task }) => task);
}

/** @throws TestKitError */
function variedIn(plan: Plan, tasks: readonly string[] | undefined): (task: string) => boolean {
  for (const task of tasks ?? []) checkTask(plan, task, 'tasks');
  return (task) => tasks === undefined || tasks.includes(task);
}

function tooMany(workflow: string, limit: number, { walk, choices }: Paths): TestKitError {
  const ways = choices.flatMap(({ task, condition, attempts, decision }) => {
    const turns = [condition, attempts, decision].reduce(
      (sum, choice) => sum + (choice?.ways.length ?? 1) - 1,
      1,
    );
    return turns === 1 ? [] : [`${task} (${turns})`];
  });
  return new TestKitError(
    [
      `workflow '${workflow}' has more than ${count(limit, 'path')}: at least ${limit + walk.left + 1}.`,
      `These tasks multiply them, each by up to so many ways: ${ways.join(', ')}.`,
      `Say which of them matter (tasks: ['${choices[0]?.task ?? ''}', …]), or allow more paths (limit: ${limit * 10}).`,
    ].join('\n'),
  );
}
