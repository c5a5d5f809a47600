import { NotWaitingError, type RunEvent, type RunHandle, type RunResult } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { count } from '../show/format.ts';
import { whyAsked } from '../show/phrases.ts';
import type { RunTree } from '../show/run-tree.ts';
import { isStuck, type Waiting, waitingIn } from '../show/waiting.ts';
import type { Decided } from './ask.ts';

/** Where the person is who decides. */
export interface Desk {
  /** Whether there is one. */
  readonly canAsk: boolean;
  readonly colours: Colors;
  /** Takes whatever is drawn off the terminal, until the function it gives is called. */
  pause(): () => void;
  say(text: string): void;
}

/**
 * Has waiting tasks decided once nothing else goes on: by the person at the terminal. Where there is none nobody can
 * answer, since without a store the run lives in this process alone; then it is cancelled.
 */
export class Decisions {
  readonly #handle: () => RunHandle<RunResult>;
  readonly #tree: RunTree;
  readonly #desk: Desk;
  /** A task has begun to wait for a person. */
  #armed = false;
  #looking = false;
  #asking: AbortController | undefined;
  #over = false;
  #gaveUp = false;

  /** @param handle Gives the run's, once it has begun. */
  constructor(handle: () => RunHandle<RunResult>, tree: RunTree, desk: Desk) {
    this.#handle = handle;
    this.#tree = tree;
    this.#desk = desk;
  }

  /** Whether the run was cancelled because nobody could answer. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  observe(event: RunEvent): void {
    if (
      event.run === this.#tree.root.id &&
      (event.type === 'run.cancelling' || event.type === 'run.finished')
    ) {
      this.#over = true;
      this.#asking?.abort();
    }
    if (event.type === 'task.waiting' && event.for === 'approval') this.#armed = true;
    if (this.#armed) this.#lookSoon();
  }

  /** The process has nothing left to do. Says whether that is so because tasks wait for a person. */
  idle(): boolean {
    const waiting = this.#over ? [] : waitingIn(this.#tree.root);
    if (waiting.length === 0) return false;
    this.#giveUp(waiting);
    return true;
  }

  /** Once what follows from an event has happened too. */
  #lookSoon(): void {
    if (this.#looking || this.#over || this.#asking !== undefined) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      this.#look();
    });
  }

  #look(): void {
    if (this.#over) return;
    const waiting = waitingIn(this.#tree.root);
    this.#armed = waiting.length > 0;
    if (!isStuck(this.#tree.root)) return;
    if (this.#desk.canAsk) void this.#ask();
    else this.#giveUp(waiting);
  }

  async #ask(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    // What asks is imported only where somebody is asked.
    const { ask, openTerminal } = await import('./ask.ts');
    const resume = this.#desk.pause();
    const asker = openTerminal(asking.signal);
    try {
      for (;;) {
        const [first] = waitingIn(this.#tree.root);
        if (first === undefined || !isStuck(this.#tree.root) || this.#over) return;
        const decided = await ask(first, asker, this.#desk.colours);
        if (decided === undefined) {
          if (!asking.signal.aborted) this.#giveUp(waitingIn(this.#tree.root), 'no answer came');
          return;
        }
        this.#tell(first, decided);
        await new Promise(setImmediate);
      }
    } finally {
      asker.close();
      this.#asking = undefined;
      resume();
      this.#lookSoon();
    }
  }

  #tell({ run, task }: Waiting, decided: Decided): void {
    const handle = find(this.#handle(), run.id);
    try {
      switch (decided.decision) {
        case 'approve':
          return handle?.approve(task.id, decided.value);
        case 'retry':
          return handle?.retry(task.id);
        case 'skip':
          return handle?.skip(task.id);
        case 'fail':
          return handle?.fail(task.id, decided.error);
      }
    } catch (error) {
      // It may have stopped waiting while the answer was typed, by a deadline for instance.
      if (!(error instanceof NotWaitingError)) throw error;
      this.#desk.say(error.message);
    }
  }

  #giveUp(waiting: readonly Waiting[], why = 'nothing in this process can answer'): void {
    this.#gaveUp = true;
    const names = waiting.map(({ run, task }) => `${run.prefix}${task.id}`);
    const many = waiting.length === 1 ? '1 task waits' : `${count(waiting.length, 'task')} wait`;
    this.#desk.say(`${many} for a decision, nothing else is left to do, and ${why}:`);
    for (const [place, { task }] of waiting.entries())
      this.#desk.say(`  ${names[place] ?? ''}  ${whyAsked(task)}`);
    this.#desk.say(
      this.#desk.canAsk
        ? 'The run is cancelled.'
        : 'The run is cancelled. In a terminal it asks; in code the handle of a run answers: approve, retry, skip or fail.',
    );
    void this.#handle().cancel(`${names.join(', ')} waited for a decision, and ${why}`);
  }
}

function find(handle: RunHandle<RunResult>, id: string | undefined): RunHandle<RunResult> | undefined {
  if (handle.id === id) return handle;
  for (const child of handle.children) {
    const found = find(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
