import type { RunEvent, TaskDefinition, WorkflowDefinition } from '@wf-sdk/core';
import { RunView } from './run-view.ts';
import { hasEnded, type TaskView } from './task-view.ts';

type KnownRuns = (run: string) => WorkflowDefinition | undefined;

/** A run and the runs below it. Each event is taken in by the run it is about, and by no other. */
export class RunTree {
  readonly root: RunView;
  readonly #known: KnownRuns;
  readonly #runs = new Map<string, RunView>();

  /**
   * @param known Gives the workflow of a run below by its ID, where it can. @default only what the definition says
   */
  constructor(definition: WorkflowDefinition, known: KnownRuns = () => undefined) {
    this.#known = known;
    this.root = new RunView(definition.id, definition);
  }

  /** A run that is under way. */
  of(run: string): RunView | undefined {
    return this.#runs.get(run);
  }

  readonly apply = (event: RunEvent): void => {
    if (this.root.id === undefined) this.#take(this.root, event.run);
    else if (event.type === 'run.pending' || event.type === 'run.started') this.#addChild(event);
    const run = this.#runs.get(event.run);
    // A run whose task was not waited for any more.
    if (run === undefined) return;
    run.apply(event);
    if (event.type === 'run.finished' && run.parent !== undefined) this.#forget(run);
    if ('task' in event && hasEnded(run.task(event.task))) this.#forgetChildren(run, run.task(event.task));
  };

  #take(run: RunView, id: string): void {
    run.id = id;
    this.#runs.set(id, run);
  }

  /** One that has waited for its turn is there already, and begins. */
  #addChild(event: Extract<RunEvent, { readonly type: 'run.pending' | 'run.started' }>): void {
    const { run: id, workflow, parent } = event;
    const above = parent === undefined ? undefined : this.#runs.get(parent.run);
    if (parent === undefined || above === undefined) return;
    const task = above.task(parent.task);
    const definition = this.#known(id) ?? childOf(task.definition);
    const isKnown =
      definition?.id === workflow &&
      (event.type === 'run.pending' || definition.tasks.length === event.total);
    const place = { run: above, task, item: parent.item };
    const run = new RunView(workflow, isKnown ? definition : undefined, place);
    above.addChild(run, place);
    this.#take(run, id);
  }

  #forgetChildren(run: RunView, task: TaskView): void {
    for (const child of run.childrenOf(task).values()) this.#forget(child);
  }

  #forget(run: RunView): void {
    if (run.id !== undefined) this.#runs.delete(run.id);
    run.parent?.run.removeChild(run, run.parent);
    for (const task of run.tasks) this.#forgetChildren(run, task);
  }
}

/** The workflow that a task runs, for the names and policies of its tasks: without it there is less to show. */
function childOf(task: TaskDefinition | undefined): WorkflowDefinition | undefined {
  const workflow = task?.child?.workflow;
  try {
    return (typeof workflow === 'function' ? workflow() : workflow)?.definition;
  } catch {
    return undefined;
  }
}
