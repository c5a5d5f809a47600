import { dataOf } from '../execute/data.ts';
import { FanOutRun } from '../execute/fan-out.ts';
import type { Item } from '../execute/attempt.ts';
import type { FanOutSummary } from '../model/fan-out.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { TaskHistory } from '../record/history.ts';
import type { Attempts } from './attempts.ts';
import type { Gates } from './gates.ts';
import type { Loop } from './loop.ts';

type PastItems = Pick<TaskHistory, 'items' | 'itemsBefore' | 'itemAttempts' | 'itemWaits'>;

/** The fanned-out tasks of a run that are under way. */
export class FanOuts {
  readonly #loop: Loop;
  readonly #attempts: Attempts;
  readonly #gates: Gates;
  readonly #runs = new Map<TaskIndex, FanOutRun>();
  /** What is known of tasks that were under way in a process before this one. */
  readonly #past = new Map<TaskIndex, PastItems>();
  /** Items that wait for another attempt since a process before this one: how each wait is given up. */
  #held: Map<Item, () => void> | undefined;
  /** How often each item was tried, of tasks that a recovery rule or a person may run again. */
  #tries: Map<TaskIndex, number[]> | undefined;

  constructor(loop: Loop, attempts: Attempts, gates: Gates) {
    this.#loop = loop;
    this.#attempts = attempts;
    this.#gates = gates;
    gates.followItems((item, output) => this.#itemFound(item, output));
    loop.waits.watch(this);
  }

  get size(): number {
    return this.#runs.size;
  }

  underWay(): Iterable<readonly [TaskIndex, FanOutRun]> {
    return this.#runs;
  }

  restore(task: TaskIndex, past: PastItems): void {
    this.#past.set(task, past);
  }

  /** Whether that attempt of an item, of a task that is open, is under way or may still be made. */
  isAhead(task: TaskIndex, place: number, attempt: number): boolean {
    const run = this.#runs.get(task);
    if (run === undefined || place >= run.pulled)
      return this.#past.get(task)?.items.has(place) !== true && attempt > this.#triedBefore(task, place);
    const item = run.itemAt(place);
    return item !== undefined && (attempt > item.attempts || item.live?.attempt === attempt);
  }

  of(task: TaskIndex): FanOutRun | undefined {
    return this.#runs.get(task);
  }

  /** A slot was given to a fanned-out task: its first, or one for its next item. */
  start(task: PlannedTask): void {
    const under = this.#runs.get(task.index);
    if (under !== undefined) return under.start();
    const run = this.#create(task);
    this.#runs.set(task.index, run);
    const { ledger, now, outputs } = this.#loop;
    ledger.startedAt[task.index] ??= now;
    run.begin(dataOf(task, outputs));
  }

  /** An item's last attempt has ended; its slot is free. */
  itemEnded(item: Item, { output, error }: { readonly output?: unknown; readonly error?: Error }): void {
    const run = this.#runs.get(item.task);
    if (run === undefined) return;
    this.#attempts.end(item);
    this.#noteTries(item);
    this.#gates.leave(item);
    this.#loop.scheduler.release(item.task, 'slot');
    if (error === undefined) run.itemSucceeded(item, output);
    else run.itemFailed(item, error);
  }

  /** The cache had its output: no attempt is made. */
  #itemFound(item: Item, output: unknown): void {
    this.#gates.leave(item);
    this.#runs.get(item.task)?.itemSucceeded(item, output, 'cache');
  }

  /** The task is over. */
  end(task: TaskIndex, reason: unknown): void {
    const run = this.#runs.get(task);
    if (run === undefined) return;
    const past = this.#past.get(task);
    this.#runs.delete(task);
    this.#past.delete(task);
    const { summary, pulled } = run;
    this.#loop.ledger.setItems(
      task,
      past === undefined ? summary : withUnpulled(summary, past.items, pulled),
    );
    run.stop(reason);
  }

  #holds(task: PlannedTask, item: Item): boolean {
    const loop = this.#loop;
    const until = this.#past.get(task.index)?.itemWaits.get(item.index);
    if (until === undefined || until <= loop.now) return false;
    const disarm = loop.clock.setTimer(until - loop.now, () => {
      this.#held?.delete(item);
      loop.tick();
      loop.waits.end(item);
      if (this.#gates.admit(task, item)) this.#runs.get(task.index)?.ready(item);
      loop.proceed();
    });
    (this.#held ??= new Map()).set(item, disarm);
    loop.waits.beginLong(item, until);
    return true;
  }

  #triedBefore(task: TaskIndex, place: number): number {
    return this.#tries?.get(task)?.[place] ?? this.#past.get(task)?.itemAttempts.get(place) ?? 0;
  }

  #noteTries({ task, index, attempts }: Item): void {
    if (this.#loop.plan.tasks[task]?.definition.recover === undefined) return;
    this.#tries ??= new Map<TaskIndex, number[]>();
    const tries = this.#tries.get(task) ?? [];
    tries[index] = attempts;
    this.#tries.set(task, tries);
  }

  #create(task: PlannedTask): FanOutRun {
    const { index } = task;
    const loop = this.#loop;
    const { scheduler, journal } = loop;
    /** What a source gives later comes from outside the loop. */
    const outside = (step: () => void): void => {
      loop.tick();
      step();
      loop.proceed();
    };
    return new FanOutRun(task, {
      wantSlot: () => {
        scheduler.share(index);
        loop.proceed();
      },
      tick: () => loop.tick(),
      opened: (items) => {
        const past = this.#past.get(index);
        // It was told already, unless the task began anew since.
        if (past === undefined || past.itemsBefore !== undefined) journal.fannedOut(index, items, loop.now);
      },
      past: (item) => this.#past.get(index)?.items.get(item),
      wantNoSlot: () => scheduler.release(index, 'wish'),
      releaseSlot: () => scheduler.release(index, 'slot'),
      holds: (item) => this.#holds(task, item),
      admit: (item) => this.#gates.admit(task, item),
      startAttempt: (item) => this.#attempts.start(task, item),
      itemSucceeded: (item, output, by) => journal.itemSucceeded(index, item.index, output, by, loop.now),
      itemFailed: (item, error) => journal.itemFailed(index, item.index, error, loop.now),
      triedBefore: (item) => this.#triedBefore(index, item),
      stopItem: (item, reason) => {
        this.#attempts.stop(item, reason);
        this.#held?.get(item)?.();
        this.#held?.delete(item);
        loop.waits.end(item);
        this.#noteTries(item);
        this.#gates.leave(item);
      },
      succeeded: (output, by) => outside(() => loop.succeedTask(index, output, by)),
      failed: (error) =>
        outside(() => {
          this.end(index, error);
          loop.rescueTask(index, error);
        }),
      aborted: () => outside(() => loop.cancelTask(index)),
    });
  }
}

/** Items that had ended in a process before this one count, though the source was not asked for them again. */
function withUnpulled(summary: FanOutSummary, past: TaskHistory['items'], pulled: number): FanOutSummary {
  const rest = [...past].filter(([place]) => place >= pulled).map(([, end]) => end);
  const succeeded = rest.filter((end) => 'output' in end).length;
  return {
    items: summary.items + rest.length,
    succeeded: summary.succeeded + succeeded,
    failed: summary.failed + rest.length - succeeded,
  };
}
