import { parseDuration } from '../lib/duration.ts';
import type { Pool } from '../model/placement.ts';
import type { Clock } from '../model/ports.ts';
import { type Place, PriorityLine } from './priority-line.ts';
import { RateWindow } from './rate-window.ts';
import type { Stage, Waiter } from './stage.ts';

/** A request's wishes of one pool. */
export interface PoolWish {
  readonly slots: number;
  readonly key: string | undefined;
  readonly priority: number;
}

/** What one key has of a pool: the slots it holds, counted where keys are limited, and its own line. */
interface Key {
  readonly name: string | undefined;
  used: number;
  readonly line: PriorityLine<PoolStage>;
  /** Its place in the round: there while its first in line may go as far as the key is concerned. */
  place: Place<Key> | undefined;
}

/**
 * One pool's slots and those who wait for them.
 *
 * Each key has a line, by priority and then first come. The keys stand in a round, by the priority of their first in
 * line; the foremost key has its turn, then goes to the end of the keys of its priority. A key whose first in line
 * would exceed the key's limit is out of the round until that key gives slots back.
 *
 * What holds between any two calls:
 * 1. no more slots are held than there are, and none beyond its limit by any key;
 * 2. whoever is first in the round cannot go: for want of slots, or of the rate;
 * 3. nobody of the same or a lower priority passes the first in the round, however few slots it needs, so that a
 *    heavy request is not starved by light ones;
 * 4. a timer of the clock is armed only while the first in the round waits for time to pass.
 */
export class PoolQueue {
  readonly pool: Pool;
  readonly #clock: Clock;
  readonly #slots: number;
  readonly #perKey: number | undefined;
  readonly #rate: RateWindow | undefined;
  /** Those who wait, and where keys are limited those who hold; nobody else, however many keys there have been. */
  readonly #keys = new Map<string | undefined, Key>();
  readonly #round = new PriorityLine<Key>();
  #used = 0;
  #waiting = 0;
  #lettingIn = false;
  #disarm: (() => void) | undefined;

  constructor(pool: Pool, clock: Clock) {
    this.pool = pool;
    this.#clock = clock;
    this.#slots = pool.slots ?? Number.POSITIVE_INFINITY;
    this.#perKey = pool.perKey;
    const { rate } = pool;
    this.#rate = rate && new RateWindow(rate.limit, parseDuration(rate.interval) ?? 0);
  }

  /** How many slots are held. */
  get used(): number {
    return this.#used;
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#waiting;
  }

  stage(wish: PoolWish, waiter: Waiter): Stage {
    return new PoolStage(this, wish, waiter);
  }

  /** For {@link PoolStage}. */
  enter(stage: PoolStage): boolean {
    const { key, priority } = stage.wish;
    const own = this.#keys.get(key);
    if (isFirst(own?.line, priority) && isFirst(this.#round, priority)) {
      if (this.#fitsKey(stage, own) && this.#hasRoom(stage)) {
        this.#hold(stage);
        // Less is left to its key: the first of the key's line may have to leave the round, and the next one's turn comes.
        if (own !== undefined) this.#keyChanged(own);
        return true;
      }
    }
    const waitsFor = own ?? this.#addKey(key);
    stage.place = waitsFor.line.add(stage, priority);
    this.#waiting++;
    this.#keyChanged(waitsFor);
    return false;
  }

  /** For {@link PoolStage}. */
  start(stage: PoolStage): void {
    if (this.#rate === undefined || stage.started) return;
    stage.started = true;
    this.#rate.start(this.#clock.now());
    this.#watchRate();
  }

  /** For {@link PoolStage}. */
  leave(stage: PoolStage): void {
    const { key: name, slots } = stage.wish;
    const key = this.#keys.get(name);
    if (stage.place !== undefined) {
      key?.line.remove(stage.place);
      this.#waiting--;
    } else {
      this.#used -= slots;
      if (key !== undefined && this.#limits(name)) key.used -= slots;
      if (!stage.started) this.#rate?.withdraw();
    }
    if (key !== undefined) this.#putInRound(key);
    this.#letIn();
  }

  #keyChanged(key: Key): void {
    const foremost = this.#foremost();
    this.#putInRound(key);
    if (this.#foremost() !== foremost) this.#letIn();
  }

  /** Lets in whoever may go. Called again by one of them, it leaves the rest to the loop that goes on already. */
  #letIn(): void {
    if (this.#lettingIn) return;
    this.#lettingIn = true;
    try {
      for (let stage = this.#next(); stage !== undefined; stage = this.#next()) {
        this.#take(stage);
        stage.waiter.proceed();
      }
    } finally {
      this.#lettingIn = false;
      this.#watchRate();
    }
  }

  #next(): PoolStage | undefined {
    const stage = this.#foremost();
    return stage !== undefined && this.#hasRoom(stage) ? stage : undefined;
  }

  #foremost(): PoolStage | undefined {
    return this.#round.first?.value.line.first?.value;
  }

  /** Out of the line and in; its key has had its turn. */
  #take(stage: PoolStage): void {
    const key = this.#keys.get(stage.wish.key);
    if (key?.place === undefined || stage.place === undefined) return;
    key.line.remove(stage.place);
    stage.place = undefined;
    this.#waiting--;
    this.#round.remove(key.place);
    key.place = undefined;
    this.#hold(stage);
    this.#putInRound(key);
  }

  #hold({ wish: { slots, key } }: PoolStage): void {
    this.#used += slots;
    if (this.#limits(key)) (this.#keys.get(key) ?? this.#addKey(key)).used += slots;
    this.#rate?.admit();
  }

  /** Brings a key to where it belongs, now that its line or what it holds has changed. It keeps its place if it can. */
  #putInRound(key: Key): void {
    const first = key.line.first;
    const belongs = first !== undefined && this.#fitsKey(first.value, key);
    if (key.place !== undefined && (!belongs || key.place.priority !== first.priority)) {
      this.#round.remove(key.place);
      key.place = undefined;
    }
    if (belongs) key.place ??= this.#round.add(key, first.priority);
    if (first === undefined && key.used === 0) this.#keys.delete(key.name);
  }

  #addKey(name: string | undefined): Key {
    const key: Key = { name, used: 0, line: new PriorityLine(), place: undefined };
    this.#keys.set(name, key);
    return key;
  }

  #limits(key: string | undefined): boolean {
    return this.#perKey !== undefined && key !== undefined;
  }

  #fitsKey({ wish }: PoolStage, key: Key | undefined): boolean {
    if (this.#perKey === undefined || wish.key === undefined) return true;
    return (key?.used ?? 0) + wish.slots <= this.#perKey;
  }

  #fitsSlots({ wish }: PoolStage): boolean {
    return this.#used + wish.slots <= this.#slots;
  }

  #hasRoom(stage: PoolStage): boolean {
    return this.#fitsSlots(stage) && (this.#rate === undefined || this.#rate.hasRoom(this.#clock.now()));
  }

  /** Arms a timer if the foremost waits for nothing but time. */
  #watchRate(): void {
    if (this.#rate === undefined || this.#lettingIn) return;
    const stage = this.#foremost();
    const now = this.#clock.now();
    const waits = stage !== undefined && this.#fitsSlots(stage) && !this.#rate.hasRoom(now);
    const roomAt = waits ? this.#rate.nextRoomAt : undefined;
    if (roomAt === undefined) {
      this.#disarm?.();
      this.#disarm = undefined;
      return;
    }
    this.#disarm ??= this.#clock.setTimer(Math.max(1, roomAt - now), () => {
      this.#disarm = undefined;
      this.#letIn();
    });
  }
}

/** Whether one that comes now with this priority would stand in front of a line. */
function isFirst(line: PriorityLine<unknown> | undefined, priority: number): boolean {
  const first = line?.first;
  return first === undefined || priority > first.priority;
}

class PoolStage implements Stage {
  readonly wish: PoolWish;
  readonly waiter: Waiter;
  readonly #queue: PoolQueue;
  /** Where it stands in its key's line, while it waits. */
  place: Place<PoolStage> | undefined;
  started = false;

  constructor(queue: PoolQueue, wish: PoolWish, waiter: Waiter) {
    this.#queue = queue;
    this.wish = wish;
    this.waiter = waiter;
  }

  enter(): boolean {
    return this.#queue.enter(this);
  }

  start(): void {
    this.#queue.start(this);
  }

  leave(): void {
    this.#queue.leave(this);
  }
}
