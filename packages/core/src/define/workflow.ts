import { placeOfCaller } from '../lib/code-place.ts';
import { isTraced } from '../lib/registered-telemetry.ts';
import type { FailurePolicy, TaskDefinition, WorkflowDefinition } from '../model/definition.ts';
import type { Flow, FragmentFlow } from './chain.ts';
import { type Common, copyOf, depending, emptyTask, type Rare, whole } from './copy.ts';
import { TaskDraft } from './draft.ts';
import type { Fragment, FragmentScope, NeededTasks } from './fragment.ts';
import { refsToTasks, type TaskRefFor } from './graph.ts';
import { type Links, tasksOf } from './links.ts';
import type { ScopeUnder, WorkflowOptions } from './scope.ts';
import type { AnyTask, Workflow } from './types.ts';

/**
 * Begins a workflow. It is a definition and never operates: `run(workflow, input)` runs it.
 *
 * @param id What the workflow is called: letters, digits and `_ . : -`.
 */
export function workflow<In = undefined, Input = In, Policy extends FailurePolicy = 'any'>(
  id: string,
  options: WorkflowOptions<In, Input, Policy> = {},
): Flow<ScopeUnder<In, Input>[Policy], never, never> {
  const header = Object.freeze({
    id,
    version: options.version ?? '0.0.0',
    description: options.description,
    input: options.input,
    onFailure: options.onFailure,
    failurePolicy: options.failurePolicy,
    maxActiveRuns: options.maxActiveRuns,
    module: options.module,
  });
  // The one seam between the typed face and the untyped builder behind it.
  return new WorkflowChain(header, undefined, isTraced()) as unknown as Flow<
    ScopeUnder<In, Input>[Policy],
    never,
    never
  >;
}

/** Begins a fragment: a part of a workflow that names what it needs from the workflow that will use it. */
export function fragment<Needs = unknown>(): FragmentFlow<
  FragmentScope<Needs>,
  NeededTasks<Needs>,
  NeededTasks<Needs>['id']
> {
  return new FragmentChain(undefined, isTraced()) as unknown as FragmentFlow<
    FragmentScope<Needs>,
    NeededTasks<Needs>,
    NeededTasks<Needs>['id']
  >;
}

type Header = Omit<WorkflowDefinition, 'tasks' | 'output'>;

class WorkflowChain implements Workflow {
  readonly #header: Header;
  readonly #links: Links | undefined;
  /** Where tasks are added is worth knowing. */
  readonly #placed: boolean;
  #definition: WorkflowDefinition | undefined;

  constructor(header: Header, links: Links | undefined, placed: boolean) {
    this.#header = header;
    this.#links = links;
    this.#placed = placed;
  }

  get definition(): WorkflowDefinition {
    return (this.#definition ??= Object.freeze({ ...this.#header, tasks: tasksOf(this.#links) }));
  }

  addTask(id: string): ChainedTask<WorkflowChain> {
    const rare = this.#placed ? { place: placeOfCaller() } : undefined;
    return new ChainedTask(emptyTask(id), rare, (task) => this.#with([task]));
  }

  addTasks(...refs: TaskRefFor<never>[]): WorkflowChain {
    return this.#with(refsToTasks(refs));
  }

  use(fragment: Fragment<unknown, AnyTask>): WorkflowChain {
    return this.#with(fragment.tasks);
  }

  output(output: (outputs: never) => unknown): Workflow {
    return Object.freeze({ definition: Object.freeze({ ...this.definition, output }) });
  }

  #with(tasks: readonly TaskDefinition[]): WorkflowChain {
    return new WorkflowChain(this.#header, { before: this.#links, tasks }, this.#placed);
  }
}

class FragmentChain {
  readonly #links: Links | undefined;
  readonly #placed: boolean;

  constructor(links: Links | undefined, placed: boolean) {
    this.#links = links;
    this.#placed = placed;
  }

  addTask(id: string): ChainedTask<FragmentChain> {
    return new ChainedTask(
      emptyTask(id),
      this.#placed ? { place: placeOfCaller() } : undefined,
      (task) => new FragmentChain({ before: this.#links, tasks: [task] }, this.#placed),
    );
  }

  exports(): Fragment<unknown, AnyTask> {
    return Object.freeze({ tasks: tasksOf(this.#links) });
  }
}

/** A task of a chain: it names its dependencies by ID. */
class ChainedTask<Next> extends TaskDraft<Next> {
  readonly #next: (task: TaskDefinition) => Next;

  constructor(task: Common, rare: Rare | undefined, next: (task: TaskDefinition) => Next) {
    super(task, rare);
    this.#next = next;
  }

  dependsOn(...ids: string[]): this {
    const task = copyOf(this.task);
    task.dependsOn = this.task.dependsOn.concat(ids);
    return this.with(task, this.rare);
  }

  onBranch(task: string, ...labels: unknown[]): this {
    return this.with(depending(this.task, task), this.onLabels(task, labels));
  }

  teardownOf(setup: string): this {
    return this.with(depending(this.task, setup), { ...this.rare, teardownOf: setup });
  }

  /** Untyped code can begin a task before this one has its handler: `compile` says so, nothing is lost. */
  addTask(id: string): unknown {
    return (this.finish(whole(this.task, this.rare)) as { addTask(id: string): unknown }).addTask(id);
  }

  protected with(task: Common, rare: Rare | undefined): this {
    return new ChainedTask(task, rare, this.#next) as this;
  }

  protected finish(task: TaskDefinition): Next {
    return this.#next(task);
  }
}
