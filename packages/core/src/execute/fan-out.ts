import { isThenable } from '../lib/thenable.ts';
import { ThrownValueError } from '../model/error.ts';
import type { FanOutSummary } from '../model/fan-out.ts';
import type { PlannedTask } from '../model/plan.ts';
import { Item } from './attempt.ts';
import { ItemSource, Points } from './items.ts';
import { Join } from './join.ts';

/** So many items are under way at once, where the task does not say. */
const DEFAULT_CONCURRENCY = 16;

/** While so many items wait to be admitted no other is pulled, however many may be under way. */
const MOST_WAITING = 16;

/** How an item ended in a process before this one. */
type PastItem = { readonly output: unknown; readonly by?: 'cache' | undefined } | { readonly error: Error };

/** What a fan-out needs of its run. */
export interface FanOutHost {
  /** The task wants one slot more; it will be given by `start`. */
  wantSlot(): void;
  wantNoSlot(): void;
  /** The source took its time. */
  tick(): void;
  /** The source is there; `items` is how many it has, where it says so. */
  opened(items: number | undefined): void;
  /** How an item ended in a process before this one: it is not run again. */
  past(item: number): PastItem | undefined;
  /** How often an item was tried before the task was recovered. */
  triedBefore(item: number): number;
  releaseSlot(): void;
  /** An item has been pulled that was tried before. Whether it goes on waiting for its next attempt, as it did in a process before this one. */
  holds(item: Item): boolean;
  /** An item has been pulled. It may start at once, or has to be admitted first. */
  admit(item: Item): boolean;
  startAttempt(item: Item): void;
  /** @param by What gave the output, if no attempt did. */
  itemSucceeded(item: Item, output: unknown, by: 'cache' | undefined): void;
  itemFailed(item: Item, error: Error): void;
  /** No attempt or wait of this item goes on. */
  stopItem(item: Item, reason: unknown): void;
  /** @param by What gave the outputs of all its items, if no attempt did. */
  succeeded(output: unknown, by: 'cache' | undefined): void;
  failed(error: Error): void;
  /** After `abort`: the last item has ended. */
  aborted(): void;
}

/**
 * One task run once for each item. It pulls an item only when one can be under way, one ahead of the slots, so that the
 * source is read no faster than the items are done and only those under way are kept.
 *
 * Every slot it is given starts one attempt, and is given back when that attempt ends.
 */
export class FanOutRun {
  readonly #task: PlannedTask;
  readonly #host: FanOutHost;
  readonly #concurrency: number;
  readonly #join: Join;
  readonly #underWay = new Set<Item>();
  /** Items that can start as soon as there is a slot. */
  readonly #startable: Item[] = [];
  /** Items that wait to be admitted. */
  readonly #waiting = new Set<Item>();
  #source: ItemSource | undefined;
  #pulled = 0;
  /** Of how many items the output was in the cache. */
  #found = 0;
  #pulling = false;
  #exhausted = false;
  #state: 'going' | 'aborting' | 'ended' = 'going';

  constructor(task: PlannedTask, host: FanOutHost) {
    const { fanOut } = task.definition;
    if (fanOut === undefined) throw new RangeError(`task '${task.id}' is not fanned out`);
    this.#task = task;
    this.#host = host;
    this.#concurrency = fanOut.concurrency ?? DEFAULT_CONCURRENCY;
    this.#join = new Join(task.id, fanOut);
  }

  get summary(): FanOutSummary {
    return this.#join.summary;
  }

  /** How many items its source has given. */
  get pulled(): number {
    return this.#pulled;
  }

  /** The item of that place, while it is under way. */
  itemAt(place: number): Item | undefined {
    for (const item of this.#underWay) if (item.index === place) return item;
    return undefined;
  }

  /** Whether an item could start if there were a slot. */
  get wantsSlot(): boolean {
    return this.#startable.length > 0;
  }

  /** Whether nothing of it goes on, where so many of its items wait for what comes from outside or with time. */
  rests(waiting: number): boolean {
    if (this.#source === undefined || this.#pulling || this.#state !== 'going') return false;
    return this.#waiting.size === 0 && this.#underWay.size === waiting + this.#startable.length;
  }

  /** The task got its first slot. @param data What the task reads. */
  begin(data: unknown): void {
    const { fanOut } = this.#task.definition;
    this.#host.releaseSlot();
    try {
      const given: unknown =
        fanOut?.kind === 'each' ? fanOut.select(data as never) : new Points(fanOut?.axes ?? {});
      if (!isThenable(given)) return this.#open(given);
      this.#pulling = true;
      given.then(
        (items: unknown) => {
          this.#pulling = false;
          this.#host.tick();
          this.#tryTo(() => this.#open(items));
        },
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A slot was given: one attempt starts. */
  start(): void {
    const item = this.#startable.shift();
    if (item === undefined || this.#state !== 'going') {
      this.#host.releaseSlot();
    } else {
      this.#host.startAttempt(item);
    }
    this.#goOn();
  }

  /** An item was admitted, or its wait between two attempts is over. */
  ready(item: Item): void {
    if (this.#state !== 'going') return;
    this.#waiting.delete(item);
    this.#startable.push(item);
    this.#goOn();
  }

  itemSucceeded(item: Item, output: unknown, by?: 'cache'): void {
    this.#underWay.delete(item);
    if (by !== undefined) this.#waiting.delete(item);
    if (this.#state === 'going') {
      this.#succeeded(item.index, output, by);
      this.#host.itemSucceeded(item, output, by);
    }
    this.#goOn();
  }

  itemFailed(item: Item, error: Error): void {
    this.#underWay.delete(item);
    if (this.#state === 'going') {
      const failure = this.#join.failed(item.index, error);
      this.#host.itemFailed(item, error);
      if (failure !== undefined) return this.#fail(failure);
    }
    this.#goOn();
  }

  /** The run is cancelled: items that run get their signal, and the task ends with the last of them. */
  abort(reason: unknown): void {
    if (this.#state !== 'going') return;
    this.#state = 'aborting';
    this.#close();
    for (const item of this.#underWay) {
      if (item.live === undefined) {
        this.#host.stopItem(item, reason);
        this.#underWay.delete(item);
      } else {
        item.live.abort(reason);
      }
    }
    this.#goOn();
  }

  /** The task is over: nothing of it goes on, and what its items still give is dropped. */
  stop(reason: unknown): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#close();
    for (const item of this.#underWay) this.#host.stopItem(item, reason);
    this.#underWay.clear();
  }

  #open(given: unknown): void {
    if (this.#state !== 'going') return;
    this.#source = new ItemSource(given);
    this.#host.opened(this.#source.size);
    this.#goOn();
  }

  #goOn(): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'aborting') {
      if (this.#underWay.size > 0) return;
      this.#state = 'ended';
      return this.#host.aborted();
    }
    this.#pull();
    if (this.#state !== 'going') return;
    if (this.#startable.length > 0) return this.#host.wantSlot();
    this.#host.wantNoSlot();
    if (this.#exhausted && this.#underWay.size === 0) this.#finish();
  }

  /** Has one item ready to start, if there is one and it may be under way. */
  #pull(): void {
    while (this.#startable.length === 0 && this.#underWay.size < this.#concurrency) {
      if (this.#waiting.size >= MOST_WAITING) return;
      if (this.#source === undefined || this.#pulling || this.#exhausted) return;
      try {
        const next = this.#source.next();
        if (isThenable(next)) this.#await(next);
        else this.#take(next);
      } catch (error) {
        return this.#fail(error);
      }
    }
  }

  #await(next: PromiseLike<IteratorResult<unknown>>): void {
    this.#pulling = true;
    next.then(
      (result) => {
        this.#pulling = false;
        this.#host.tick();
        this.#tryTo(() => {
          this.#take(result);
          this.#goOn();
        });
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** What was asked of the source may itself have ended the run. */
  #take(next: IteratorResult<unknown>): void {
    if (this.#state !== 'going') return;
    if (next.done === true) {
      this.#exhausted = true;
      return;
    }
    const place = this.#pulled++;
    const past = this.#host.past(place);
    if (past !== undefined) return this.#takePast(place, past);
    const item = new Item(this.#task.index, place, next.value, this.#host.triedBefore(place));
    this.#underWay.add(item);
    if (item.attempts > 0 && this.#host.holds(item)) return;
    if (this.#host.admit(item)) this.#startable.push(item);
    else this.#waiting.add(item);
  }

  #takePast(place: number, past: PastItem): void {
    if ('output' in past) return this.#succeeded(place, past.output, past.by);
    const failure = this.#join.failed(place, past.error);
    if (failure !== undefined) this.#fail(failure);
  }

  #succeeded(place: number, output: unknown, by: 'cache' | undefined): void {
    if (by !== undefined) this.#found++;
    this.#join.succeeded(place, output);
  }

  #tryTo(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #finish(): void {
    this.#state = 'ended';
    const end = this.#join.end();
    const isFound = this.#found > 0 && this.#found === this.#pulled;
    if ('output' in end) this.#host.succeeded(end.output, isFound ? 'cache' : undefined);
    else this.#host.failed(end.error);
  }

  #fail(thrown: unknown): void {
    if (this.#state !== 'going') return;
    const error = thrown instanceof Error ? thrown : new ThrownValueError(this.#task.id, thrown);
    this.stop(error);
    this.#host.failed(error);
  }

  #close(): void {
    this.#startable.length = 0;
    this.#host.wantNoSlot();
    if (!this.#exhausted) this.#source?.close();
    this.#exhausted = true;
  }
}
