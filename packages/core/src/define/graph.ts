import { placeOfCaller } from '../lib/code-place.ts';
import { isTraced } from '../lib/registered-telemetry.ts';
import type { TaskContext } from '../model/context.ts';
import type { TaskDefinition } from '../model/definition.ts';
import { type Common, copyOf, depending, emptyTask, type Rare } from './copy.ts';
import { TaskDraft } from './draft.ts';
import type { ReusableTask } from './task.ts';
import type { Early, Facts, Fresh, OutputOf, OwnRule, ReadsMore, Said } from './facts.ts';
import type { ReadsInGraph } from './reads.ts';
import type { MarksUnder } from './marks.ts';
import type { Place, TaskSteps } from './steps.ts';
import type { AnyTask, Given, LabelOf, Mark, ReservedId, Task, Without } from './types.ts';
import type { Views } from './views.ts';

/** A task that is known by reference: others name it by this value, not by its ID. */
export interface TaskRef<Id extends string, Out, Input, M extends Mark = never, R = unknown> {
  /** Only for the type checker; nothing is there at run time. */
  readonly '~types'?:
    | { readonly task: Task<Id, Out, M>; readonly input: (input: Input) => void; readonly reads: R }
    | undefined;
  readonly id: Id;
  readonly definition: TaskDefinition;
  readonly dependsOn: readonly TaskRef<string, unknown, never, Mark>[];
}

/** A reference that reads no more than this input. */
export type TaskRefFor<Input> = TaskRef<string, unknown, Input, Mark>;

/** What the types know of the tasks in a tuple of references. */
export type TasksOf<R extends readonly TaskRefFor<never>[]> = TaskOf<R[number]>;
type TaskOf<R extends TaskRefFor<never>> = NonNullable<R['~types']>['task'];

/** What a workflow that takes these references remembers of their tasks. */
export type AddedBy<R extends readonly TaskRefFor<never>[]> = Added<R[number]>;
type Added<R> = R extends {
  readonly '~types'?: { readonly task: infer T extends AnyTask; readonly reads: infer D } | undefined;
}
  ? Task<T['id'], T['out'], T['mark'], D>
  : never;

/** What is read beside this task. Put off until the task is known, else TypeScript takes any ID for its. */
type Beside<E extends AnyTask, R extends TaskRefFor<never>> = [R] extends [never]
  ? never
  : Without<E, TaskOf<R>['id']>;

/** Makes tasks by reference. It keeps nothing: the tasks become a workflow's with `.addTasks()`. */
export interface Graph<Input> {
  /** Begins a task. The ID may be computed; it must be unique in the workflow that takes the task. */
  addTask<const Id extends string>(
    id: Id extends ReservedId ? `Error: '${Id}' is reserved; choose another task ID` : Id,
  ): TaskRefBuilder<Input, Id, Given<'input', Input>, Fresh>;
}

interface InGraph<Input, Id extends string> extends Place {
  readonly builder: this extends {
    readonly entries: infer E extends AnyTask;
    readonly facts: infer F extends Facts;
  }
    ? TaskRefBuilder<Input, Id, E, F>
    : never;
  readonly end: this extends {
    readonly out: infer Out;
    readonly mark: infer M extends Mark;
    readonly entries: infer E extends AnyTask;
    readonly facts: infer F extends Facts;
  }
    ? TaskRef<Id, Out, Input, M, ReadsInGraph<E, F>[F['reads']]>
    : never;
}

/** A task by reference, being declared. `E` holds what its handler reads. */
export interface TaskRefBuilder<
  Input,
  Id extends string,
  E extends AnyTask,
  F extends Facts,
> extends TaskSteps<InGraph<Input, Id>, E, F> {
  /** Waits for these tasks and hands their outputs to the handler, by ID. Said again, it adds to what was said. */
  dependsOn<const R extends readonly TaskRefFor<Input>[]>(
    ...tasks: R
  ): TaskRefBuilder<Input, Id, E | TasksOf<R>, F>;
  /** Waits for a task and runs only if that gave one of these labels; else this task is skipped. */
  onBranch<R extends TaskRefFor<Input>, const L extends LabelOf<TaskOf<R>>>(
    task: R,
    label: L,
    ...more: L[]
  ): TaskRefBuilder<
    Input,
    Id,
    Beside<E, R> | Task<TaskOf<R>['id'], L, TaskOf<R>['mark']>,
    Said<F, ReadsMore & { mark: F['mark'] | 'skipped' }>
  >;
  /**
   * Undoes what a task set up, whose output it reads: it runs if that task succeeded, once everything that depends on
   * that task has ended, in a cancelled run too.
   */
  teardownOf<R extends TaskRefFor<Input>>(
    this: Early<F>,
    setup: R,
  ): TaskRefBuilder<
    Input,
    Id,
    Beside<E, R> | Given<TaskOf<R>['id'], TaskOf<R>['out']>,
    Said<F, OwnRule & { mark: F['mark'] | TaskOf<R>['mark'] }>
  >;
  /** What the task does: a function of its data, or a reusable task that can take this data as its input. */
  run<R extends F['returns']>(
    work: (data: Views<E>[F['rule']], context: TaskContext<F['secrets']>) => R,
  ): TaskRef<Id, OutputOf<R, F>, Input, F['mark'] | MarksUnder<E>[F['rule']], ReadsInGraph<E, F>[F['reads']]>;
  /** Runs a reusable task; `map` makes its input from the data. */
  run<In, R extends F['returns']>(
    task: ReusableTask<In, R>,
    map: NoInfer<(data: Views<E>[F['rule']]) => In>,
  ): TaskRef<Id, OutputOf<R, F>, Input, F['mark'] | MarksUnder<E>[F['rule']], ReadsInGraph<E, F>[F['reads']]>;
}

/**
 * Begins tasks by reference: for generated workflows and for those of hundreds or thousands of tasks, where a chain
 * would be slow to type-check. `Input` is the input of the workflow that will take them.
 */
export function graph<Input = undefined>(): Graph<Input> {
  const placed = isTraced();
  const addTask = (id: string): ReferredTask =>
    new ReferredTask(emptyTask(id), placed ? { place: placeOfCaller() } : undefined, []);
  // The one seam between the typed face and the untyped builder behind it.
  return Object.freeze({ addTask }) as unknown as Graph<Input>;
}

type AnyRef = TaskRefFor<never>;

/** A task by reference: it names its dependencies by their values. */
class ReferredTask extends TaskDraft<AnyRef> {
  readonly #refs: readonly AnyRef[];

  constructor(task: Common, rare: Rare | undefined, refs: readonly AnyRef[]) {
    super(task, rare);
    this.#refs = refs;
  }

  dependsOn(...refs: AnyRef[]): ReferredTask {
    const task = copyOf(this.task);
    task.dependsOn = this.task.dependsOn.concat(refs.map(({ id }) => id));
    return new ReferredTask(task, this.rare, this.#refs.concat(refs));
  }

  onBranch(ref: AnyRef, ...labels: unknown[]): ReferredTask {
    return this.#with(ref, this.onLabels(ref.id, labels));
  }

  teardownOf(setup: AnyRef): ReferredTask {
    return this.#with(setup, { ...this.rare, teardownOf: setup.id });
  }

  #with(ref: AnyRef, rare: Rare): ReferredTask {
    return new ReferredTask(depending(this.task, ref.id), rare, this.#refs.concat(ref));
  }

  protected with(task: Common, rare: Rare | undefined): this {
    return new ReferredTask(task, rare, this.#refs) as this;
  }

  protected finish(definition: TaskDefinition): AnyRef {
    return Object.freeze({ id: definition.id, definition, dependsOn: this.#refs });
  }
}

/** These tasks and all that they depend on, dependencies first. */
export function refsToTasks(refs: readonly AnyRef[]): readonly TaskDefinition[] {
  const tasks: TaskDefinition[] = [];
  const seen = new Set<AnyRef>();
  const stack = [...refs].reverse();
  for (let ref = stack.at(-1); ref !== undefined; ref = stack.at(-1)) {
    const missing = ref.dependsOn.filter((dependency) => !seen.has(dependency));
    if (missing.length > 0 && !seen.has(ref)) {
      stack.push(...missing.reverse());
      continue;
    }
    stack.pop();
    if (seen.has(ref)) continue;
    seen.add(ref);
    tasks.push(ref.definition);
  }
  return tasks;
}
