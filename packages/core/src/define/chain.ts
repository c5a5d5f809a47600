import type { TaskContext } from '../model/context.ts';
import type { Early, Facts, OutputOf, OwnRule, ReadsMore, Said } from './facts.ts';
import type { Exported, Fragment, FragmentFor, Used } from './fragment.ts';
import type { AddedBy, TaskRefFor, TasksOf } from './graph.ts';
import type { MarksUnder } from './marks.ts';
import type { ReadsInChain } from './reads.ts';
import type { Scope } from './scope.ts';
import type { Place, TaskSteps } from './steps.ts';
import type { ReusableTask } from './task.ts';
import type {
  AnyTask,
  DependencyId,
  Given,
  LabelOf,
  Mark,
  Marked,
  Missing,
  NewTaskId,
  Selected,
  Task,
  Without,
  Workflow,
} from './types.ts';
import type { Views } from './views.ts';

/** Which builder goes on after `.run()`: looked up, not decided, so that it costs the type checker nothing. */
interface FlowOf<S extends Scope, T extends AnyTask, Ids extends string> {
  readonly workflow: Flow<S, T, Ids>;
  readonly fragment: FragmentFlow<S, T, Ids>;
}

/** A workflow between two tasks: it can be run as it is, or go on. Every method gives a new workflow. */
export interface Flow<S extends Scope, T extends AnyTask, Ids extends string> extends Workflow<
  S['accepts'],
  T,
  undefined,
  S['input']
> {
  /** Begins a task. What follows says what it depends on and how it is run, up to `.run()`. */
  addTask<const Id extends string>(
    id: NewTaskId<Id, Ids>,
  ): TaskBuilder<S, T, Ids, Id, Given<'input', S['input']>, S['facts']>;
  /** Adds tasks made with `graph()`, together with all they depend on. */
  addTasks<const R extends readonly TaskRefFor<S['input']>[]>(
    ...tasks: R
  ): Flow<S, T | Marked<AddedBy<R>, S['facts']['mark']>, Ids | TasksOf<R>['id']>;
  /** Adds a fragment's tasks; those it exports can then be depended on. */
  use<Needs, X extends AnyTask>(
    fragment: FragmentFor<Needs, X, S['input'], T>,
  ): Flow<S, T | Used<X, Needs, T, S['facts']['mark']>, Ids | X['id']>;
  /** Makes the workflow's output from its tasks' outputs, when all have succeeded. */
  output<Out>(
    select: (outputs: {
      readonly [K in T | Given<'input', S['input']> as K['id']]: K['out'] | Missing[K['mark']];
    }) => Out,
  ): Workflow<S['accepts'], T, Out, S['input']>;
}

/** A fragment between two tasks. Every method gives a new one. */
export interface FragmentFlow<S extends Scope, T extends AnyTask, Ids extends string> {
  /** Begins a task, as in a workflow. */
  addTask<const Id extends string>(
    id: NewTaskId<Id, Ids>,
  ): TaskBuilder<S, T, Ids, Id, Given<'input', S['input']>, S['facts']>;
  /** Ends the fragment: only these tasks can be depended on, and read from, where it is used. */
  exports<X extends Ids>(...ids: X[]): Fragment<S['accepts'], Exported<T, X, S['accepts']>>;
}

/** A task in a chain: it goes on as a `TaskBuilder`, and ends in what the chain is. */
interface InChain<S extends Scope, T extends AnyTask, Ids extends string, Id extends string> extends Place {
  readonly builder: this extends {
    readonly entries: infer E extends AnyTask;
    readonly facts: infer F extends Facts;
  }
    ? TaskBuilder<S, T, Ids, Id, E, F>
    : never;
  readonly end: this extends {
    readonly out: infer Out;
    readonly mark: infer M extends Mark;
    readonly entries: infer E extends AnyTask;
    readonly facts: infer F extends Facts;
  }
    ? FlowOf<S, T | Task<Id, Out, M, ReadsInChain<E, F>[F['reads']]>, Ids | Id>[S['kind']]
    : never;
}

/** A task being declared. `E` holds what its handler reads: the input and the dependencies so far. */
export interface TaskBuilder<
  S extends Scope,
  T extends AnyTask,
  Ids extends string,
  Id extends string,
  E extends AnyTask,
  F extends Facts,
> extends TaskSteps<InChain<S, T, Ids, Id>, E, F> {
  /** Waits for these tasks and hands their outputs to the handler, by ID. Said again, it adds to what was said. */
  dependsOn<D extends DependencyId<Ids>>(...ids: D[]): TaskBuilder<S, T, Ids, Id, E | Selected<T, D>, F>;
  /** Waits for a task and runs only if that gave one of these labels; else this task is skipped. */
  onBranch<D extends DependencyId<Ids>, const L extends LabelOf<Selected<T, D>>>(
    task: D,
    label: L,
    ...more: L[]
  ): TaskBuilder<
    S,
    T,
    Ids,
    Id,
    Without<E, D> | Task<D, L, Selected<T, D>['mark']>,
    Said<F, ReadsMore & { mark: F['mark'] | 'skipped' }>
  >;
  /**
   * Undoes what a task set up, whose output it reads: it runs if that task succeeded, once everything that depends on
   * that task has ended, in a cancelled run too.
   */
  teardownOf<D extends DependencyId<Ids>>(
    this: Early<F>,
    setup: D,
  ): TaskBuilder<
    S,
    T,
    Ids,
    Id,
    Without<E, D> | Given<D, Selected<T, D>['out']>,
    Said<F, OwnRule & { mark: F['mark'] | Selected<T, D>['mark'] }>
  >;
  /** What the task does: a function of its data, or a reusable task that can take this data as its input. */
  run<R extends F['returns']>(
    work: (data: Views<E>[F['rule']], context: TaskContext<F['secrets']>) => R,
  ): FlowOf<
    S,
    T | Task<Id, OutputOf<R, F>, F['mark'] | MarksUnder<E>[F['rule']], ReadsInChain<E, F>[F['reads']]>,
    Ids | Id
  >[S['kind']];
  /** Runs a reusable task; `map` makes its input from the data. */
  run<In, R extends F['returns']>(
    task: ReusableTask<In, R>,
    map: NoInfer<(data: Views<E>[F['rule']]) => In>,
  ): FlowOf<
    S,
    T | Task<Id, OutputOf<R, F>, F['mark'] | MarksUnder<E>[F['rule']], ReadsInChain<E, F>[F['reads']]>,
    Ids | Id
  >[S['kind']];
  /** @deprecated This task has no `.run()` yet: say what it does before the next task begins. */
  addTask(missing: `Error: task '${Id}' has no .run() yet`): this;
}
