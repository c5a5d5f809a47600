import type { TaskIndex } from '../model/plan.ts';
import type { Attempt } from './attempt.ts';

/** One element of a fanned-out task, from when it is pulled until it has ended. */
export class Item {
  readonly task: TaskIndex;
  readonly index: number;
  readonly value: unknown;
  /** How many attempts were started, those before the task was recovered included. */
  attempts: number;
  /** The attempt it waits for. */
  live: Attempt | undefined = undefined;

  constructor(task: TaskIndex, index: number, value: unknown, attempts: number) {
    this.attempts = attempts;
    this.task = task;
    this.index = index;
    this.value = value;
  }
}

/** What attempts are made of: a task, or one of its items. */
export type Unit = TaskIndex | Item;
