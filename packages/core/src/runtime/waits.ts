import type { Attempt, Item, Unit } from '../execute/attempt.ts';
import type { TaskIndex } from '../model/plan.ts';
import type { Loop, RestingItems, Wait } from './loop.ts';

/** What is due within this time, in milliseconds, is not waited for: the run as good as goes on. */
const SOON_MS = 1_000;

/** A wait before another attempt that is not longer is a part of trying, and no reason to leave the run. In milliseconds. */
const LONG_MS = 60_000;

/** Is told when all of a run waits. */
export interface WaitHost {
  /** Runs below are being ended, though no task waits for them. */
  readonly endsBelow: boolean;
  /** @param until When it goes on by itself, in milliseconds since the epoch, or `Infinity`; undefined: it goes on. */
  tellWait(until: number | undefined): void;
}

/** The tasks of a run, and the items of tasks, that wait for what comes from outside or with time. */
export class Waits {
  readonly #loop: Loop;
  readonly #attempts: { isLive(attempt: Attempt): boolean };
  readonly #stopping: { readonly endsBy: number };
  readonly #host: WaitHost;
  // Made when something first waits: in most runs nothing does.
  #tasks: Map<TaskIndex, Wait> | undefined;
  #items: Map<TaskIndex, Map<Item, Wait>> | undefined;
  #fanOuts: RestingItems | undefined;
  /** Of those that wait now. Once one of them no longer does, it may have to be said again. */
  #said = false;
  /** The host believes that all waits. */
  #told = false;

  /** @param stopping Knows when the run is ended because of the time, in milliseconds since the epoch. */
  constructor(
    loop: Loop,
    attempts: { isLive(attempt: Attempt): boolean },
    stopping: { readonly endsBy: number },
    host: WaitHost,
  ) {
    this.#loop = loop;
    this.#attempts = attempts;
    this.#stopping = stopping;
    this.#host = host;
  }

  /** From now on tasks are fanned out. */
  watch(fanOuts: RestingItems): void {
    this.#fanOuts = fanOuts;
  }

  /** When a task is ended because of the time, its own or its run's; `Infinity` where it is not. */
  endsBy(task: TaskIndex): number {
    return Math.min(this.#loop.limits?.deadlineAt(task) ?? Infinity, this.#stopping.endsBy);
  }

  begin(unit: Unit, wait: Wait): void {
    this.#said = false;
    if (typeof unit === 'number') {
      (this.#tasks ??= new Map()).set(unit, wait);
      return;
    }
    this.#items ??= new Map();
    const items = this.#items.get(unit.task);
    if (items === undefined) this.#items.set(unit.task, new Map([[unit, wait]]));
    else items.set(unit, wait);
  }

  /** The same for what is a part of trying, unless it takes long. */
  beginLong(unit: Unit, until: number, breaker?: string): void {
    const { ledger, now } = this.#loop;
    if (until - now <= LONG_MS) return this.end(unit);
    const since = ledger.startedAt[typeof unit === 'number' ? unit : unit.task] ?? now;
    this.begin(unit, { until, since, asks: false, ...(breaker !== undefined && { breaker }) });
  }

  end(unit: Unit): void {
    const isTask = typeof unit === 'number';
    let ended = isTask && this.#tasks?.delete(unit) === true;
    if (this.#items !== undefined) {
      const task = isTask ? unit : unit.task;
      const items = this.#items.get(task);
      if (!isTask) ended = items?.delete(unit) === true;
      if (isTask || items?.size === 0) this.#items.delete(task);
    }
    if (ended) this.#said = false;
  }

  /** All of a run that an attempt runs waits, or, without an instant, goes on. */
  tellChild(attempt: Attempt, until: number | undefined): void {
    const { planned, item } = attempt;
    if (until === undefined) return this.endChild(attempt);
    const loop = this.#loop;
    // Of an attempt that has timed out, say, nobody waits for the run any more.
    if (!this.#attempts.isLive(attempt)) return;
    const since = loop.ledger.startedAt[planned.index] ?? loop.now;
    this.begin(item ?? planned.index, { until, since, asks: false, attempt });
    this.#proceedSoon();
  }

  endChild(attempt: Attempt): void {
    const unit = attempt.item ?? attempt.planned.index;
    const wait = typeof unit === 'number' ? this.#tasks?.get(unit) : this.#items?.get(unit.task)?.get(unit);
    if (wait?.attempt === attempt) this.end(unit);
    // The end of one that an attempt waits for is told by that.
    else if (this.#attempts.isLive(attempt)) return;
    this.#proceedSoon();
  }

  /** What a run below tells comes in the midst of a step: of that one, or of this one, which cancels it. */
  #proceedSoon(): void {
    queueMicrotask(() => {
      if (this.#loop.phase !== 'going') return;
      this.#loop.tick();
      this.#loop.proceed();
    });
  }

  /** Says so when everything that is left waits. */
  say(): void {
    if (this.#tasks === undefined && this.#items === undefined) return;
    if (!this.#allWait()) return this.#goOn();
    if (this.#said) return;
    const { journal, plan, now } = this.#loop;
    const { goesOn, asking, breakers } = this.#summary();
    const { endsBy } = this.#stopping;
    if (goesOn - now < SOON_MS || endsBy <= now) return this.#goOn();
    this.#said = true;
    const until = Math.min(goesOn, endsBy);
    const idOf = (index: TaskIndex): string => plan.tasks[index]?.id ?? '';
    const awaited = Array.from(breakers, ([name, { until: opensAt, tasks }]) => ({
      name,
      until: opensAt,
      tasks: Array.from(tasks, idOf),
    }));
    journal.runWaiting(asking.map(idOf), until === Infinity ? undefined : until, awaited, now);
    this.#told = true;
    // What ends a run below another one because of the time is that one's to know.
    this.#host.tellWait(goesOn);
  }

  /** The run has ended. */
  close(): void {
    this.#goOn();
  }

  #goOn(): void {
    this.#said = false;
    if (!this.#told) return;
    this.#told = false;
    this.#host.tellWait(undefined);
  }

  /** Called when no slot can be given to a task: so what only wants a slot waits for those that have one. */
  #allWait(): boolean {
    const { scheduler } = this.#loop;
    const tasks = this.#tasks?.size ?? 0;
    const fanOuts = this.#fanOuts?.size ?? 0;
    if (tasks === 0 && (this.#items?.size ?? 0) === 0) return false;
    if (tasks + fanOuts + scheduler.ready < scheduler.moving) return false;
    let queued = scheduler.ready;
    for (const [index, fanOut] of this.#fanOuts?.underWay() ?? []) {
      if (!fanOut.rests(this.#items?.get(index)?.size ?? 0)) return false;
      if (fanOut.wantsSlot) queued--;
    }
    if (tasks + fanOuts + queued !== scheduler.moving || (queued > 0 && this.#mayTimeOut())) return false;
    return !this.#host.endsBelow;
  }

  /** Whether a queued task does not wait for a slot for ever. */
  #mayTimeOut(): boolean {
    const { plan, scheduler } = this.#loop;
    if (!plan.timed) return false;
    return plan.tasks.some(
      ({ index, queueTimeoutMs }) => queueTimeoutMs !== undefined && scheduler.stateOf(index) === 'queued',
    );
  }

  #summary(): Summary {
    const summary: Summary = { goesOn: Infinity, asking: [], breakers: new Map() };
    for (const [index, wait] of this.#tasks ?? []) this.#add(summary, index, wait);
    for (const [index, waits] of this.#items ?? [])
      for (const wait of waits.values()) this.#add(summary, index, wait);
    return summary;
  }

  #add(summary: Summary, index: TaskIndex, { until = Infinity, since, asks, breaker }: Wait): void {
    const { deadlineMs = Infinity } = this.#loop.plan.tasks[index] ?? {};
    summary.goesOn = Math.min(summary.goesOn, until, since + deadlineMs);
    if (asks) summary.asking.push(index);
    if (breaker === undefined) return;
    const awaited = summary.breakers.get(breaker) ?? { until, tasks: new Set() };
    summary.breakers.set(breaker, awaited);
    awaited.tasks.add(index);
  }
}

/** What can be said of all that waits. */
interface Summary {
  /** When the first of them goes on by itself, or its task's time is over. */
  goesOn: number;
  /** Tasks that wait for somebody. */
  readonly asking: TaskIndex[];
  /** Until when breakers are open, and the tasks that wait for each. */
  readonly breakers: Map<string, { readonly until: number; readonly tasks: Set<TaskIndex> }>;
}
