import type { RunEvent } from '../model/event.ts';
import type { Append, NewLogEntry, StoredRunState } from '../model/store.ts';

/** Gathers what is to be written of many runs. */
interface Writer {
  add(log: RunLog): void;
}

/** What a run's log needs of whoever drives the run. */
export interface RunLogHost {
  encode(event: RunEvent): NewLogEntry;
  /** The log takes nothing more: the run was taken over, or the store cannot do its work. */
  broken(error: Error): void;
}

/** The log of one run on its way to the store: what is not there yet, and who waits until it is. */
export class RunLog {
  readonly id: string;
  readonly #owner: string;
  readonly #host: RunLogHost;
  readonly #writer: Writer;
  #length: number;
  #entries: NewLogEntry[] = [];
  #waiting: (() => void)[] = [];
  /** What the store is being given. */
  #taken: { readonly length: number; readonly waiting: (() => void)[] } | undefined;
  #state: StoredRunState = 'running';
  /** When it wakes by itself, while it waits. */
  #wakeAt: number | undefined;
  /** The number of the last message that it heard. */
  #heard: number | undefined;
  #error: Error | undefined;
  /** The workflow's structure, where it is to be another from now on. */
  #structure: string | undefined;

  /** @param length How many events the store has of it. */
  constructor(id: string, owner: string, length: number, writer: Writer, host: RunLogHost) {
    this.id = id;
    this.#owner = owner;
    this.#length = length;
    this.#writer = writer;
    this.#host = host;
  }

  get isOpen(): boolean {
    return this.#error === undefined;
  }

  /** An event of this run, or of another one below it, which has a log of its own. */
  hear(event: RunEvent): void {
    if (event.run !== this.id || this.#error !== undefined) return;
    this.#note(event);
    this.#entries.push(this.#host.encode(event));
    this.#writer.add(this);
  }

  #note(event: RunEvent): void {
    if (event.type === 'run.told') this.#heard = event.message;
    const state = stateAfter(event);
    if (state === undefined) return;
    this.#state = state;
    this.#wakeAt = event.type === 'run.waiting' ? event.until : undefined;
  }

  /** The run does not wait any more, whatever is told of that. */
  goOn(): void {
    if (this.#state !== 'waiting' || this.#error !== undefined) return;
    this.#state = 'running';
    this.#wakeAt = undefined;
    this.#writer.add(this);
  }

  /** Calls back when all that was told so far is kept: now, if it is. Never, where the log is broken. */
  stored(callback: () => void): void {
    if (this.#error !== undefined) return;
    if (this.#entries.length > 0) this.#waiting.push(callback);
    else if (this.#taken !== undefined) this.#taken.waiting.push(callback);
    else callback();
  }

  /** With the next event the run is under this structure. */
  restructure(structure: string): void {
    this.#structure = structure;
  }

  /** What is to be written now. */
  take(): Append {
    const entries = this.#entries;
    this.#taken = { length: entries.length, waiting: this.#waiting };
    this.#entries = [];
    this.#waiting = [];
    const structure = this.#structure;
    this.#structure = undefined;
    return {
      run: this.id,
      expected: this.#length,
      owner: this.#owner,
      entries,
      state: this.#state,
      ...(this.#wakeAt !== undefined && { wakeAt: this.#wakeAt }),
      ...(structure !== undefined && { structure }),
      ...(this.#heard !== undefined && { heard: this.#heard }),
    };
  }

  /** What was taken is kept, or it is not and never will be. */
  written(error: Error | undefined): void {
    const taken = this.#taken;
    this.#taken = undefined;
    if (taken === undefined) return;
    if (error !== undefined) return this.break(error);
    this.#length += taken.length;
    for (const callback of taken.waiting) callback();
  }

  break(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#entries = [];
    this.#waiting = [];
    this.#host.broken(error);
  }
}

/** What goes on while a run waits: what follows from it, if anything does, is told too. */
const CHANGES_NOTHING: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>([
  'run.signalled',
  'run.told',
  'task.log',
  'task.sla_missed',
]);

function stateAfter(event: RunEvent): StoredRunState | undefined {
  if (event.type === 'run.finished') return event.state;
  if (event.type === 'run.waiting') return 'waiting';
  if (event.type === 'run.pending') return 'pending';
  return CHANGES_NOTHING.has(event.type) ? undefined : 'running';
}
