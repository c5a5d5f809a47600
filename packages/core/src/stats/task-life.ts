import type { ActiveTaskState } from '../model/state.ts';

/** One task of a run, from the first that was heard of it to its end. Times are in milliseconds. */
export class TaskLife {
  readonly task: string;
  /** The places of its first event and of its last in the log. */
  readonly begins: number;
  ends: number | undefined = undefined;
  endedAt: number | undefined = undefined;
  /** When it first did anything but be queued. */
  startedAt: number | undefined = undefined;
  wasQueued = false;
  hasFailedAttempt = false;
  readonly spent: Record<ActiveTaskState, number> = { queued: 0, running: 0, waiting: 0, retrying: 0 };
  /** Of the time it was queued, how long it was not for a slot of its run. */
  admissionMs = 0;
  /** When the attempt under way was started, by its item; without items under `undefined`. */
  readonly #open = new Map<number | undefined, number>();
  #phase: ActiveTaskState | undefined = undefined;
  #since = 0;

  constructor(task: string, begins: number) {
    this.task = task;
    this.begins = begins;
  }

  enter(phase: ActiveTaskState, at: number): void {
    this.#leave(at);
    this.#phase = phase;
    if (phase === 'queued') this.wasQueued = true;
    else this.startedAt ??= at;
  }

  #leave(at: number): void {
    if (this.#phase !== undefined) this.spent[this.#phase] += Math.max(0, at - this.#since);
    this.#phase = undefined;
    this.#since = at;
  }

  startAttempt(item: number | undefined, at: number): void {
    this.#open.set(item, at);
  }

  /** How long the attempt took; nothing where none was under way. */
  endAttempt(item: number | undefined, at: number): number | undefined {
    const since = this.#open.get(item);
    this.#open.delete(item);
    return since === undefined ? undefined : at - since;
  }

  /** No attempt is under way any more: the process that made them is gone, or they are to be made anew. */
  loseAttempts(): void {
    this.#open.clear();
  }

  end(at: number, place: number): void {
    this.#leave(at);
    this.#open.clear();
    this.ends = place;
    this.endedAt = at;
  }
}
