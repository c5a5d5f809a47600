import { isWorkflowError } from '@wf-sdk/core';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import type { ProcessGroup } from './process-group.ts';

/** How long what was killed has to let go of its output: something that left its group may hold it open. */
const RELEASE_MS = 500;
const LOOK_AGAIN_MS = 20;
/** The thread of an isolated task that timed out is ended after 200 ms, and then nobody could kill its command any more. */
const ON_THREAD_MS = 100;

/** What of a child process is needed to end it. */
interface Endable {
  readonly stdout: Readable;
  readonly stderr: Readable;
  kill(signal: 'SIGTERM' | 'SIGKILL'): boolean;
}

/** Ends a child process with its own children: it asks them (SIGTERM), and when the grace period is over kills them. */
export class Ending {
  readonly #child: Endable;
  readonly #group: ProcessGroup | undefined;
  readonly #graceMs: number;
  #phase: 'not begun' | 'asked' | 'killed' = 'not begun';
  #timer: NodeJS.Timeout | undefined;

  /** @param group Undefined where the system has no groups of processes. */
  constructor(child: Endable, group: ProcessGroup | undefined, graceMs: number) {
    this.#child = child;
    this.#group = group;
    this.#graceMs = graceMs;
  }

  /** @param reason Why the attempt is to stop. */
  begin(reason: unknown): void {
    const isCut = !isMainThread && isWorkflowError(reason) && reason.code !== 'cancelled';
    this.#phase = 'asked';
    this.#send('SIGTERM');
    this.#timer = setTimeout(
      () => this.#kill(),
      isCut ? Math.min(this.#graceMs, ON_THREAD_MS) : this.#graceMs,
    );
  }

  /** The child itself has ended: settled when those are gone, too, that it has started. At once where it was not begun. */
  async done(): Promise<void> {
    while (this.#phase === 'asked' && this.#group?.isThere === true) await sleep(LOOK_AGAIN_MS);
  }

  /** Nothing more is to be ended. */
  close(): void {
    clearTimeout(this.#timer);
    this.#group?.release();
  }

  #kill(): void {
    this.#phase = 'killed';
    this.#send('SIGKILL');
    const { stdout, stderr } = this.#child;
    this.#timer = setTimeout(() => [stdout, stderr].forEach((stream) => stream.destroy()), RELEASE_MS);
  }

  #send(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#group === undefined) this.#child.kill(signal);
    else this.#group.kill(signal);
  }
}
