import { NotWaitingError, type RunEvent, type RunHandle, type RunResult } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { count } from '../show/format.ts';
import { whyAsked } from '../show/phrases.ts';
import type { RunTree } from '../show/run-tree.ts';
import { isStuck, othersIn, signalledIn, type Waiting, waitingIn } from '../show/waiting.ts';
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

/** A run that goes on in another process when this one leaves it. */
export interface Leavable {
  /** Whether somebody has said something to it that it has not heard yet. */
  hasUnheard(): Promise<boolean>;
}

/** A kept run that goes on by itself only after this time is left to another process, in milliseconds. */
const LONG_MS = 60_000;
/** What was said to a run is heard within this time, in milliseconds. */
const HEARD_MS = 50;

/**
 * Has waiting tasks decided once nothing else goes on: by the person at the terminal. Where there is none, a run that is
 * kept is left; without a store it lives in this process alone, nobody can answer, and it is cancelled.
 */
export class Decisions {
  readonly #handle: () => RunHandle<RunResult>;
  readonly #tree: RunTree;
  readonly #desk: Desk;
  readonly #kept: Leavable | undefined;
  /** Settles when the run is to be left as it is, for another process. */
  readonly left: Promise<void>;
  #leave: () => void = () => undefined;
  readonly #stays: boolean;
  /** Keeps the process alive while the run waits for what may come from others. */
  #alive: NodeJS.Timeout | undefined;
  /** Something has begun to wait. */
  #armed = false;
  #looking = false;
  #asking: AbortController | undefined;
  /** The task whose question is open. */
  #asked: Waiting | undefined;
  #over = false;
  #gaveUp = false;

  /**
   * @param handle Gives the run's, once it has begun.
   * @param kept Absent where nothing of the run survives this process.
   * @param stays It is not left, however long it waits.
   */
  constructor(
    handle: () => RunHandle<RunResult>,
    tree: RunTree,
    desk: Desk,
    kept: Leavable | undefined,
    stays = false,
  ) {
    this.#handle = handle;
    this.#tree = tree;
    this.#desk = desk;
    this.#kept = kept;
    this.#stays = stays;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  /** Whether the run was cancelled, or left, because nobody could answer. */
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
    // Somebody else has decided while the question was open.
    if (event.type === 'task.decided' && this.#isAsked(event)) this.#asking?.abort();
    // A run that goes on may have tasks that waited before.
    const arms =
      event.type === 'run.resumed' ||
      event.type === 'run.retried' ||
      event.type === 'run.waiting' ||
      event.type === 'task.waiting';
    if (arms) this.#armed = true;
    if (this.#armed) this.#lookSoon();
  }

  #isAsked({ run, task }: { readonly run: string; readonly task: string }): boolean {
    return this.#asked?.run.id === run && this.#asked.task.id === task;
  }

  /** The process has nothing left to do. Says whether that is so because tasks wait for somebody. */
  idle(): boolean {
    const { root } = this.#tree;
    if (this.#over || (waitingIn(root).length === 0 && signalledIn(root).length === 0)) return false;
    this.#giveUp();
    return true;
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearInterval(this.#alive);
  }

  get #isStuck(): boolean {
    return isStuck(this.#tree.root, this.#kept === undefined ? Infinity : Date.now() + LONG_MS);
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
    const { root } = this.#tree;
    this.#armed = root.countIn('running', 'waiting', 'retrying') > 0;
    if (!this.#isStuck) return;
    if (waitingIn(root).length > 0 && this.#desk.canAsk) void this.#ask();
    else this.#giveUp();
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
        if (first === undefined || !this.#isStuck || this.#over) return;
        this.#asked = first;
        const decided = await ask(first, asker, this.#desk.colours);
        this.#asked = undefined;
        if (decided === undefined) {
          if (!asking.signal.aborted) this.#giveUp('no answer came');
          return;
        }
        this.#tell(first, decided);
        await new Promise(setImmediate);
      }
    } finally {
      asker.close();
      this.#asking = undefined;
      resume();
      if (!this.#gaveUp) this.#lookSoon();
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

  #giveUp(why?: string): void {
    if (this.#gaveUp) return;
    if (this.#kept !== undefined && this.#stays) {
      this.#alive ??= setInterval(() => undefined, LONG_MS);
      return;
    }
    this.#gaveUp = true;
    if (this.#kept === undefined) this.#cancel(why ?? 'nothing in this process can answer');
    else void this.#giveAway(this.#kept, why ?? 'nobody can be asked here');
  }

  /** A run that is kept is left, unless an answer is on its way. */
  async #giveAway(kept: Leavable, why: string): Promise<void> {
    while (await kept.hasUnheard()) await new Promise((resolve) => setTimeout(resolve, HEARD_MS));
    if (this.#over) return;
    if (!this.#isStuck) {
      this.#gaveUp = false;
      return this.#lookSoon();
    }
    this.#sayWhy(why);
    this.#leave();
  }

  #cancel(why: string): void {
    const { root } = this.#tree;
    this.#sayWhy(why);
    this.#desk.say(
      this.#desk.canAsk
        ? 'The run is cancelled.'
        : 'The run is cancelled. In a terminal it asks; in code the handle of a run answers: approve, retry, skip or fail; with --durable it waits on.',
    );
    const [asked, signalled] = [waitingIn(root).map(nameOf), signalledIn(root).map(nameOf)];
    const waited = [
      ...(asked.length === 0 ? [] : [`${asked.join(', ')} waited for a decision`]),
      ...(signalled.length === 0 ? [] : [`${signalled.join(', ')} waited for a signal`]),
    ];
    void this.#handle().cancel(`${waited.join(', ')}, and ${why}`);
  }

  #sayWhy(why: string): void {
    const asked = waitingIn(this.#tree.root);
    if (asked.length > 0) this.#sayAsked(asked, why);
    const others = othersIn(this.#tree.root, Date.now());
    if (others.length === 0) return;
    const many = others.length === 1 ? '1 task waits' : `${count(others.length, 'task')} wait`;
    this.#desk.say(
      asked.length > 0
        ? `${many} for something else:`
        : `${many}, and nothing else is left to do that would not take long:`,
    );
    for (const { name, phrase } of others) this.#desk.say(`  ${name}  ${phrase}`);
  }

  #sayAsked(waiting: readonly Waiting[], why: string): void {
    const many = waiting.length === 1 ? '1 task waits' : `${count(waiting.length, 'task')} wait`;
    this.#desk.say(`${many} for a decision, nothing else is left to do, and ${why}:`);
    for (const one of waiting) this.#desk.say(`  ${nameOf(one)}  ${whyAsked(one.task)}`);
  }
}

function nameOf({ run, task }: Waiting): string {
  return `${run.prefix}${task.id}`;
}

function find(handle: RunHandle<RunResult>, id: string | undefined): RunHandle<RunResult> | undefined {
  if (handle.id === id) return handle;
  for (const child of handle.children) {
    const found = find(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
