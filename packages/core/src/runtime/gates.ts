import type { Admission, Ticket } from '../admit/admission.ts';
import { dataOf, itemDataOf } from '../execute/data.ts';
import type { Item, Unit } from '../execute/item.ts';
import { parseDuration } from '../lib/duration.ts';
import { OptionError } from '../model/error.ts';
import { GATED, type PlannedTask } from '../model/plan.ts';
import type { Loop } from './loop.ts';

/** What a queued task, or a pulled item, waits for beside a slot of the run: its pools, the machine, or just time. */
export class Gates {
  readonly #loop: Loop;
  readonly #admission: Admission | undefined;
  readonly #admitted: (task: PlannedTask, item: Item | undefined) => void;
  #tickets: Map<Unit, Ticket> | undefined;
  #sleeping: Map<number, () => void> | undefined;

  constructor(
    loop: Loop,
    admission: Admission | undefined,
    admitted: (task: PlannedTask, item: Item | undefined) => void,
  ) {
    this.#loop = loop;
    this.#admission = admission;
    this.#admitted = admitted;
  }

  /** A gated task was queued. */
  queued(task: PlannedTask): void {
    if (!this.#loop.scheduler.isOpen(task.index)) return;
    if (task.definition.sleep !== undefined) this.#sleep(task);
    else if (this.admit(task, undefined)) this.#loop.scheduler.admit(task.index);
  }

  /** Whether there is room for a unit now. If not, `admitted` is called once there is. */
  admit(task: PlannedTask, item: Item | undefined): boolean {
    const { placement } = task;
    const admission = this.#admission;
    if (admission === undefined || placement === undefined) return true;
    const { pools, resources } = placement;
    if (pools.length === 0 && resources === undefined) return true;
    let keyed;
    try {
      keyed = pools.map(({ pool, slots, key }) => ({ pool, slots, key: key?.(this.#dataOf(task, item) as never) }));
    } catch (error) {
      this.#loop.failTask(task.index, error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    const unit = item ?? task.index;
    let state: 'asking' | 'granted' | 'waiting' = 'asking';
    const ticket = admission.request({ pools: keyed, resources, priority: task.definition.priority ?? 0 }, () => {
      if (state === 'asking') {
        state = 'granted';
        return;
      }
      this.#loop.tick();
      this.#admitted(task, item);
      this.#loop.proceed();
    });
    (this.#tickets ??= new Map()).set(unit, ticket);
    if ((state as string) === 'granted') return true;
    state = 'waiting';
    return false;
  }

  /** An attempt of the unit starts. */
  started(unit: Unit): void {
    this.#tickets?.get(unit)?.start();
  }

  /** The unit gives back what it holds, or no longer waits for it. */
  leave(unit: Unit): void {
    const ticket = this.#tickets?.get(unit);
    if (ticket !== undefined) {
      this.#tickets?.delete(unit);
      ticket.release();
    }
    if (this.#sleeping === undefined || typeof unit !== 'number') return;
    this.#sleeping.get(unit)?.();
    this.#sleeping.delete(unit);
  }

  #dataOf(task: PlannedTask, item: Item | undefined): Record<string, unknown> {
    const { outputs } = this.#loop;
    return item === undefined ? dataOf(task, outputs) : itemDataOf(task, item, outputs);
  }

  #sleep(task: PlannedTask): void {
    const loop = this.#loop;
    const { index } = task;
    let sleepMs: number;
    try {
      sleepMs = this.#lengthOf(task);
    } catch (error) {
      return loop.failTask(index, error instanceof Error ? error : new Error(String(error)));
    }
    loop.limits?.startTask(task, loop.now);
    loop.scheduler.wait(index);
    loop.journal.waiting(index, { for: 'timer', until: loop.now + sleepMs }, loop.now);
    const disarm = loop.clock.setTimer(sleepMs, () => {
      this.#sleeping?.delete(index);
      loop.tick();
      loop.succeedTask(index, undefined);
      loop.proceed();
    });
    (this.#sleeping ??= new Map()).set(index, disarm);
  }

  #lengthOf(task: PlannedTask): number {
    const { sleep } = task.definition;
    const length = typeof sleep === 'function' ? sleep(this.#dataOf(task, undefined) as never) : sleep;
    const ms = length instanceof Date ? Math.max(0, length.getTime() - this.#loop.now) : parseDuration(length);
    if (ms !== undefined && !Number.isNaN(ms)) return ms;
    throw new OptionError(`sleep of task '${task.id}'`, `a duration or a Date`, length);
  }
}

/** Whether a task's being queued is not enough for it to be ready. */
export function isGated(traits: Uint8Array | undefined, task: number): boolean {
  return traits !== undefined && ((traits[task] ?? 0) & GATED) !== 0;
}
