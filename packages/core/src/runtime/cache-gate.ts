import type { Attempt, Item, Unit } from '../execute/attempt.ts';
import type { CachePolicy } from '../model/cache.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { Loop } from './loop.ts';

/** Outputs that are kept for later runs. */
export interface OutputCache {
  /**
   * What an output is kept under: another key for whatever it depends on.
   *
   * @throws UnstorableError, or whatever the task's key function throws
   */
  keyOf(task: PlannedTask, policy: CachePolicy, data: unknown): string;
  /** @throws StoreError, UnreadableError */
  find(key: string, policy: CachePolicy, now: number): Promise<{ readonly output: unknown } | undefined>;
  /** @throws StoreError */
  keep(key: string, task: PlannedTask, policy: CachePolicy, output: unknown, now: number): Promise<void>;
}

/** What becomes of a unit whose output was looked for. */
interface Ends {
  found(task: PlannedTask, item: Item | undefined, output: unknown): void;
  missed(task: PlannedTask, item: Item | undefined): void;
}

/** One looking up of a unit's output. */
interface Lookup {
  readonly key: string;
}

/**
 * Looks for the outputs of queued tasks and pulled items, which hold nothing meanwhile, and keeps what their attempts give.
 * A cache that cannot be read fails no task: it is said in the log, and the handler is called.
 */
export class CacheGate {
  readonly #loop: Loop;
  readonly #cache: OutputCache;
  readonly #ends: Ends;
  /** Of units that were queued and have not ended since, nor wait for another attempt. */
  readonly #lookups = new Map<Unit, Lookup>();

  constructor(loop: Loop, cache: OutputCache, ends: Ends) {
    this.#loop = loop;
    this.#cache = cache;
    this.#ends = ends;
  }

  /** Whether the unit's output was asked for since it was last queued. */
  has(unit: Unit): boolean {
    return this.#lookups.has(unit);
  }

  /** @throws UnstorableError, or whatever the task's key function throws */
  look(task: PlannedTask, item: Item | undefined, policy: CachePolicy, data: unknown): void {
    const unit = item ?? task.index;
    const lookup: Lookup = { key: this.#cache.keyOf(task, policy, data) };
    // What the user's function did may have ended the task.
    const { scheduler, clock } = this.#loop;
    if (!scheduler.isOpen(task.index) || scheduler.isCancelled(task.index)) return;
    this.#lookups.set(unit, lookup);
    const step = (act: () => void): void => {
      if (this.#lookups.get(unit) !== lookup) return;
      this.#loop.tick();
      act();
      this.#loop.proceed();
    };
    void this.#cache.find(lookup.key, policy, clock.now()).then(
      (hit) =>
        step(() => {
          if (hit === undefined) this.#ends.missed(task, item);
          else this.#ends.found(task, item, hit.output);
        }),
      (error: unknown) =>
        step(() => {
          this.#loop.warn(task.index, `its output could not be looked up in the cache: ${String(error)}`);
          this.#ends.missed(task, item);
        }),
    );
  }

  /** An attempt gave an output. */
  keep({ planned, item }: Attempt, policy: CachePolicy, output: unknown): void {
    const loop = this.#loop;
    const { key } = this.#lookups.get(item ?? planned.index) ?? {};
    if (key === undefined) return;
    this.#cache.keep(key, planned, policy, output, loop.now).catch((error: unknown) => {
      // After its last event a run tells nothing.
      if (loop.scheduler.open === 0) return;
      loop.tick();
      loop.warn(planned.index, `its output could not be kept in the cache: ${String(error)}`);
    });
  }

  /** The unit has ended, or waits: what is found now is not used. */
  leave(unit: Unit): void {
    this.#lookups.delete(unit);
  }
}
