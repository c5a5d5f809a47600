import type { AwaitedBreaker, RunEvent, RunEventOf, TaskState, WorkflowDefinition } from '@wf-sdk/core';
import { applyToTask, createTaskView, loseAttempts, type TaskView } from './task-view.ts';
import { applyToUndo, isUndoing, type UndoView } from './undo-view.ts';

/** The task that runs a run, of which run, and for which of its items. */
export interface Parent {
  readonly run: RunView;
  readonly task: TaskView;
  readonly item: number | undefined;
}

const MOST_UNDONE = 100;
const NO_CHILDREN: ReadonlyMap<number | undefined, RunView> = new Map();

/** One run as its events have told it so far. */
export class RunView {
  /** The workflow's ID. */
  readonly title: string;
  readonly parent: Parent | undefined;
  /** What stands before a task's ID where it is not known which run is meant: `ship[3] › `; empty for the first run. */
  readonly prefix: string;
  id: string | undefined;
  /** Milliseconds since the epoch. */
  startedAt = 0;
  endedAt: number | undefined;
  /** The runs it waits for, as long as it has not had its turn; as they were when it began to wait. */
  pendingFor: readonly string[] | undefined;
  /** The number of the last message that it has heard. */
  heard = 0;
  /** It has been told to stop, and has not ended yet. */
  cancelling = false;
  /** While all of it waits: when it goes on by itself, in milliseconds since the epoch; `Infinity` where it does not. */
  waitsUntil: number | undefined;
  /** The open breakers that it waits for then. */
  openBreakers: readonly AwaitedBreaker[] = [];
  readonly #tasks: TaskView[];
  readonly #byId: Map<string, TaskView>;
  readonly #children = new Map<TaskView, Map<number | undefined, RunView>>();
  readonly #undone = new Map<string, UndoView>();

  /** @param definition Absent where it is not known: then the tasks are those that events have named. */
  constructor(title: string, definition: WorkflowDefinition | undefined, parent?: Parent) {
    this.title = title;
    this.parent = parent;
    this.prefix = parent === undefined ? '' : `${parent.run.prefix}${nameOf(parent.task.id, parent.item)} › `;
    this.#tasks = (definition?.tasks ?? []).map((task) => createTaskView(task.id, task));
    this.#byId = new Map(this.#tasks.map((task) => [task.id, task]));
  }

  get tasks(): readonly TaskView[] {
    return this.#tasks;
  }

  /** What is being undone, or was, in that order; of many not those that went well. */
  get undone(): readonly UndoView[] {
    return [...this.#undone.values()];
  }

  /** The undoing of a task or an item, if there is any. */
  undoing(task: string, item: number | undefined): UndoView | undefined {
    return this.#undone.get(nameOf(task, item));
  }

  task(id: string): TaskView {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const task = createTaskView(id, undefined);
    this.#tasks.push(task);
    this.#byId.set(id, task);
    return task;
  }

  /** The runs that a task has under way, by item; that of a task without items has no number. */
  childrenOf(task: TaskView): ReadonlyMap<number | undefined, RunView> {
    return this.#children.get(task) ?? NO_CHILDREN;
  }

  /** @param child A run whose parent is a task of this one. */
  addChild(child: RunView, { task, item }: Parent): void {
    const children = this.#children.get(task);
    if (children === undefined) this.#children.set(task, new Map([[item, child]]));
    else children.set(item, child);
  }

  /** Does nothing where another attempt's run has taken its place. */
  removeChild(child: RunView, { task, item }: Parent): void {
    const children = this.#children.get(task);
    if (children?.get(item) !== child) return;
    children.delete(item);
    if (children.size === 0) this.#children.delete(task);
  }

  countIn(...states: TaskState[]): number {
    return this.#tasks.reduce((sum, task) => sum + (states.includes(task.state) ? 1 : 0), 0);
  }

  /** Takes in an event of this run. */
  apply(event: RunEvent): void {
    if (event.type === 'run.pending' || event.type === 'run.started') this.startedAt = event.at;
    if (event.type === 'run.pending') this.pendingFor = event.runs;
    else if (event.type === 'run.started' || event.type === 'run.retried') this.pendingFor = undefined;
    if (event.type === 'run.resumed') for (const task of this.#tasks) loseAttempts(task);
    if (event.type === 'run.retried') this.#goOn(event.tasks);
    if ('changed' in event) this.#change(event.changed ?? []);
    if (event.type === 'run.told') this.heard = event.message;
    else if (event.type === 'run.retried') this.heard = event.messages;
    if (event.type === 'run.waiting') this.#wait(event);
    else if (!isHeard(event)) this.waitsUntil = undefined;
    if (event.type === 'run.cancelling') this.cancelling = true;
    if (event.type === 'run.finished') {
      this.cancelling = false;
      this.endedAt = event.at;
    }
    if (isUndoing(event)) {
      const name = nameOf(event.task, event.item);
      const undo = applyToUndo(this.#undone.get(name), name, event);
      if (undo.state === 'succeeded' && this.#undone.size > MOST_UNDONE) this.#undone.delete(name);
      else this.#undone.set(name, undo);
    } else if ('task' in event) {
      applyToTask(this.task(event.task), event);
    }
  }

  #wait({ until = Infinity, breakers = [] }: RunEventOf<'run.waiting'>): void {
    this.waitsUntil = until;
    this.openBreakers = breakers;
    for (const { name, tasks } of breakers) for (const id of tasks) this.task(id).breaker = name;
    // That it had got a slot again nothing has told: of its items none runs.
    for (const task of this.#tasks)
      if (task.state === 'queued' && (task.items?.retrying.size ?? 0) > 0) task.state = 'running';
  }

  /** The run had ended and goes on: of what begins anew, and of what was undone, nothing counts any more. */
  #goOn(anew: readonly string[]): void {
    this.cancelling = false;
    this.endedAt = undefined;
    this.#undone.clear();
    for (const id of anew) this.#forget(id);
  }

  /** These are not as they were, and had not begun: those that the workflow does not have any more are gone. */
  #change(changed: readonly string[]): void {
    const isKnown = this.#tasks.some(({ definition }) => definition !== undefined);
    for (const id of changed) {
      this.#forget(id);
      const task = this.#byId.get(id);
      if (!isKnown || task === undefined || task.definition !== undefined) continue;
      this.#byId.delete(id);
      this.#tasks.splice(this.#tasks.indexOf(task), 1);
    }
  }

  #forget(id: string): void {
    const task = this.#byId.get(id);
    if (task !== undefined) Object.assign(task, createTaskView(id, task.definition));
  }
}

/** What was said to a run that waits, and changes nothing by itself. */
function isHeard({ type }: RunEvent): boolean {
  return type === 'run.told' || type === 'run.signalled' || type === 'task.log' || type === 'task.sla_missed';
}

/** `ship`, and `ship[3]` where one of its items is meant. */
export function nameOf(task: string, item: number | undefined): string {
  return item === undefined ? task : `${task}[${item}]`;
}
