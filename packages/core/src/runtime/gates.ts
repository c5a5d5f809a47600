import type { Admission, Ticket } from '../admit/admission.ts';
import { dataOf, itemDataOf } from '../execute/data.ts';
import type { Attempt, Item, Unit } from '../execute/attempt.ts';
import { isDate } from '../lib/date.ts';
import { parseDuration } from '../lib/duration.ts';
import { OptionError, ThrownValueError } from '../model/error.ts';
import type { Pool } from '../model/placement.ts';
import { GATED, type PlannedTask } from '../model/plan.ts';
import { CacheGate, type OutputCache } from './cache-gate.ts';
import type { Loop } from './loop.ts';

/** What there is to be let into. */
interface House {
  readonly admission: Admission | undefined;
  /** Slots for isolated tasks, where those are limited. */
  readonly threads: Pool | undefined;
  /** Where outputs are kept for later runs. */
  readonly cache: OutputCache | undefined;
}

/** What a queued task, or a pulled item, waits for beside a slot of the run: the cache, its pools, the machine, or just time. */
export class Gates {
  readonly #loop: Loop;
  readonly #house: House;
  readonly #admitted: (task: PlannedTask, item: Item | undefined) => void;
  #tickets: Map<Unit, Ticket> | undefined;
  /** How long those that had to wait for their ticket did. */
  #waitedMs: Map<Unit, number> | undefined;
  #sleeping: Map<number, () => void> | undefined;
  #cache: CacheGate | undefined;
  #itemFound: (item: Item, output: unknown) => void = () => undefined;

  constructor(loop: Loop, house: House, admitted: (task: PlannedTask, item: Item | undefined) => void) {
    this.#loop = loop;
    this.#house = house;
    this.#admitted = admitted;
  }

  /** A gated task was queued. */
  queued(task: PlannedTask): void {
    if (this.#loop.scheduler.stateOf(task.index) !== 'queued') return;
    const { sleep, signal } = task.definition;
    if (sleep !== undefined) this.#sleep(task);
    else if (signal !== undefined) this.#loop.signals().wait(task, signal);
    // It may have been queued twice since it was last looked at, and holds a ticket already.
    else if (this.#tickets?.has(task.index) !== true && this.admit(task, undefined))
      this.#loop.scheduler.admit(task.index);
  }

  /** Whether a unit may start now. If not, `admitted` is called once it may, unless its output is in the cache. */
  admit(task: PlannedTask, item: Item | undefined): boolean {
    return (task.cache === undefined || !this.#looksUp(task, item)) && this.#hasRoom(task, item);
  }

  /** Is told of items whose output was in the cache. */
  followItems(found: (item: Item, output: unknown) => void): void {
    this.#itemFound = found;
  }

  /** An attempt gave an output, of a task whose outputs are kept for later runs. */
  keep(attempt: Attempt, output: unknown): void {
    const { cache } = attempt.planned;
    if (cache !== undefined) this.#cache?.keep(attempt, cache, output);
  }

  /** Whether the unit waits for what the cache says, or has ended. */
  #looksUp(task: PlannedTask, item: Item | undefined): boolean {
    if (this.#house.cache === undefined || task.cache === undefined) return false;
    const cache = (this.#cache ??= this.#openCache(this.#house.cache));
    if (cache.has(item ?? task.index)) return true;
    try {
      cache.look(task, item, task.cache, this.#dataOf(task, item));
    } catch (error) {
      this.#loop.failTask(task.index, toError(task, error));
    }
    return true;
  }

  #openCache(cache: OutputCache): CacheGate {
    return new CacheGate(this.#loop, cache, {
      found: ({ index }, item, output) => {
        if (item === undefined) this.#loop.succeedTask(index, output, 'cache');
        else this.#itemFound(item, output);
      },
      missed: (task, item) => {
        if (this.#hasRoom(task, item)) this.#admitted(task, item);
      },
    });
  }

  /** Whether there is room for a unit now. If not, `admitted` is called once there is. */
  #hasRoom(task: PlannedTask, item: Item | undefined): boolean {
    const { placement } = task;
    const { admission, threads } = this.#house;
    if (admission === undefined || placement === undefined) return true;
    const { pools, resources } = placement;
    const thread = placement.isolate === undefined ? undefined : threads;
    if (pools.length === 0 && resources === undefined && thread === undefined) return true;
    const { index } = task;
    const { scheduler } = this.#loop;
    let ticket: Ticket | undefined;
    const since = this.#loop.now;
    try {
      const keyed = pools.map(({ pool, slots, key }) => ({
        pool,
        slots,
        key: key?.(this.#dataOf(task, item) as never),
      }));
      if (!scheduler.isOpen(index) || scheduler.isCancelled(index)) return false;
      const demands = thread === undefined ? keyed : [...keyed, { pool: thread, slots: 1 }];
      ticket = admission.request(
        { pools: demands, resources, priority: task.definition.priority ?? 0 },
        () => {
          if (ticket !== undefined) this.#granted(task, item, ticket, since);
        },
      );
    } catch (error) {
      this.#loop.failTask(index, toError(task, error));
      return false;
    }
    (this.#tickets ??= new Map()).set(item ?? index, ticket);
    return ticket.granted;
  }

  /** Comes in the midst of a step, perhaps another run's: of whoever gives back what he held. */
  #granted(task: PlannedTask, item: Item | undefined, ticket: Ticket, since: number): void {
    queueMicrotask(() => {
      const unit = item ?? task.index;
      if (this.#tickets?.get(unit) !== ticket) return;
      this.#loop.tick();
      (this.#waitedMs ??= new Map()).set(unit, this.#loop.now - since);
      this.#admitted(task, item);
      this.#loop.proceed();
    });
  }

  /** An attempt of the unit starts. Gives how long it had to wait to be admitted, in milliseconds, if it had to. */
  started(unit: Unit): number | undefined {
    this.#tickets?.get(unit)?.start();
    return this.#waitedMs?.get(unit);
  }

  /** The unit gives back what it holds, or no longer waits for it. */
  leave(unit: Unit): void {
    this.#cache?.leave(unit);
    const ticket = this.#tickets?.get(unit);
    if (ticket !== undefined) {
      this.#tickets?.delete(unit);
      this.#waitedMs?.delete(unit);
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
      return loop.failTask(index, toError(task, error));
    }
    if (!loop.scheduler.isOpen(index)) return;
    loop.limits?.startTask(task, loop.now);
    loop.scheduler.wait(index);
    const until = loop.now + sleepMs;
    loop.journal.waiting(index, { for: 'timer', until }, loop.now);
    this.sleepOn(task, until, loop.now);
  }

  /** A task that waits for this instant, or is late. */
  sleepOn({ index }: PlannedTask, until: number, since: number): void {
    const loop = this.#loop;
    loop.waits.begin(index, { until, since, asks: false });
    const disarm = loop.clock.setTimer(Math.max(0, until - loop.now), () => {
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
    const ms = isDate(length) ? Math.max(0, length.getTime() - this.#loop.now) : parseDuration(length);
    if (ms !== undefined && !Number.isNaN(ms)) return ms;
    throw new OptionError(`sleep of task '${task.id}'`, `a duration or a Date`, length);
  }
}

/** Whether a task's being queued is not enough for it to be ready. */
export function isGated(traits: Uint8Array | undefined, task: number): boolean {
  return traits !== undefined && ((traits[task] ?? 0) & GATED) !== 0;
}

function toError({ id }: PlannedTask, thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new ThrownValueError(id, thrown);
}
