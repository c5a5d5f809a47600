import type { TaskIndex } from '../model/plan.ts';
import type { Loop, Wait } from './loop.ts';

/** What is due within this time, in milliseconds, is not waited for: the run as good as goes on. */
const SOON_MS = 1_000;

/** A wait before another attempt that is not longer is a part of trying, and no reason to leave the run. In milliseconds. */
const LONG_MS = 60_000;

interface EndingLoop extends Loop {
  /** When the run is ended because of the time, in milliseconds since the epoch. */
  readonly endsBy: number;
}

/** The tasks of a run that wait, without a slot, for what comes from outside or with time. */
export class Waits {
  readonly #loop: EndingLoop;
  /** Made when a task first waits: in most runs none does. */
  #waits: Map<TaskIndex, Wait> | undefined;
  /** Of those that wait now. Once one of them no longer does, it may have to be said again. */
  #said = false;

  constructor(loop: EndingLoop) {
    this.#loop = loop;
  }

  /** When a task is ended because of the time, its own or its run's; `Infinity` where it is not. */
  endsBy(task: TaskIndex): number {
    return Math.min(this.#loop.limits?.deadlineAt(task) ?? Infinity, this.#loop.endsBy);
  }

  begin(task: TaskIndex, wait: Wait): void {
    (this.#waits ??= new Map()).set(task, wait);
  }

  beginRetry(task: TaskIndex, delayMs: number): void {
    const { ledger, now } = this.#loop;
    if (delayMs > LONG_MS)
      this.begin(task, { until: now + delayMs, since: ledger.startedAt[task] ?? now, asks: false });
  }

  end(task: TaskIndex): void {
    if (this.#waits?.delete(task) === true) this.#said = false;
  }

  /** Says so when everything that is left waits. */
  say(): void {
    const waits = this.#waits;
    if (waits === undefined) return;
    const { scheduler, journal, plan, now } = this.#loop;
    const all = waits.size > 0 && waits.size === scheduler.moving;
    if (!all) this.#said = false;
    if (!all || this.#said) return;
    const goesOn = this.#earliest(waits);
    const { endsBy } = this.#loop;
    if (goesOn - now < SOON_MS || endsBy <= now) return;
    const until = Math.min(goesOn, endsBy);
    this.#said = true;
    const asked = [...waits].filter(([, { asks }]) => asks).map(([index]) => plan.tasks[index]?.id ?? '');
    journal.runWaiting(asked, until === Infinity ? undefined : until, now);
  }

  #earliest(waits: ReadonlyMap<TaskIndex, Wait>): number {
    let earliest = Infinity;
    for (const [index, { until = Infinity, since }] of waits) {
      const { deadlineMs = Infinity } = this.#loop.plan.tasks[index] ?? {};
      earliest = Math.min(earliest, until, since + deadlineMs);
    }
    return earliest;
  }
}
