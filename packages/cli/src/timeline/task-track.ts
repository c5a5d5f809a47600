import type { RunEvent, SkipReason, TaskState } from '@wf-sdk/core';
import { nameOf } from '../show/run-view.ts';
import { errorLine } from './one-line.ts';
import type { ItemSpan, RunSpan, TaskSpan } from './timeline.ts';
import { attemptEndOf, UnitTrack } from './unit-track.ts';

/** Gives the runs that a task or an item of it ran. */
export type RunsBelow = (task: string, item: number | undefined) => readonly RunSpan[];

/** Whose slot was free at which instant. */
export interface Freed {
  readonly by: string;
  readonly at: number;
}

/** An event of a task, other than one of which a timeline shows nothing. */
export type TaskEvent = Extract<RunEvent, { readonly task: string }>;

/** What a task and its items have done so far. */
export class TaskTrack {
  readonly task: string;
  readonly unit: UnitTrack = new UnitTrack();
  readonly items: Map<number, UnitTrack> = new Map();
  cause: string | undefined;
  reason: SkipReason | undefined;
  total: number | undefined;
  /** The task whose end came right before its release: where it is not known what depends on what. */
  releasedBy: string | undefined;
  /** Places in the order of all that happened in the run. */
  readyOrder: number = Number.POSITIVE_INFINITY;
  endOrder: number = Number.POSITIVE_INFINITY;
  lastItem: number | undefined;
  #pools: readonly string[] = [];

  constructor(task: string) {
    this.task = task;
  }

  /**
   * @param at The event's instant, or that of the one before it, where a clock was set back.
   * @param freed What ended last.
   */
  apply(event: TaskEvent, at: number, freed: Freed | undefined): void {
    const unit = 'item' in event && event.item !== undefined ? this.#item(event.item) : this.unit;
    switch (event.type) {
      case 'task.queued':
        this.#pools = event.pools ?? [];
        return unit.begin({ kind: 'queued', from: at });
      case 'attempt.started':
        unit.start(event.attempt, at, {
          ...slotOf(unit, at, freed),
          ...(event.admissionMs !== undefined && {
            admission: { ms: event.admissionMs, pools: this.#pools },
          }),
        });
        return this.#runItems(unit, at);
      case 'attempt.failed': {
        const error = errorLine(event.error);
        unit.error = error;
        unit.stop(at, 'failed', error);
        // Its fallback, or a recovery rule, may take its time.
        return event.retryInMs === undefined ? unit.start(undefined, at) : wait(unit, at, event.retryInMs);
      }
      case 'attempt.late':
        return unit.stop(at, 'cancelled', 'succeeded too late');
      case 'task.fanned_out':
        this.total = event.items;
        return unit.start(undefined, at, slotOf(unit, at, freed));
      case 'item.succeeded':
        this.#runItems(unit, at);
        unit.by = event.by;
        return this.#endItem(event.item, 'succeeded', at);
      case 'item.failed':
        this.#runItems(unit, at);
        unit.error = errorLine(event.error);
        return this.#endItem(event.item, 'failed', at);
      case 'task.recovering':
        return event.retryInMs === undefined ? undefined : wait(unit, at, event.retryInMs);
      case 'task.waiting':
        if (event.error !== undefined) unit.error = errorLine(event.error);
        return unit.begin({ kind: 'waiting', from: at, for: event.for });
      case 'task.succeeded':
        unit.by = event.by;
        return this.#end('succeeded', at);
      case 'task.failed':
        unit.error = errorLine(event.error);
        return this.#end('failed', at);
      case 'task.upstream_failed':
        this.cause = event.cause;
        return this.#end('upstream_failed', at);
      case 'task.skipped':
        this.cause = event.cause;
        this.reason = event.reason;
        return this.#end('skipped', at);
      case 'task.cancelled':
        return this.#end('cancelled', at);
      case 'compensation.started':
        return unit.begin({ kind: 'undoing', from: at, attempt: event.attempt });
      case 'compensation.succeeded':
        return unit.stop(at, 'succeeded');
      case 'compensation.failed':
        unit.stop(at, 'failed', errorLine(event.error));
        return event.retryInMs === undefined ? undefined : wait(unit, at, event.retryInMs);
      case 'task.decided':
      case 'task.sla_missed':
      case 'task.log':
        return undefined;
    }
  }

  /** Whether this event ends what held a slot. */
  frees(event: TaskEvent): string | undefined {
    switch (event.type) {
      case 'attempt.failed':
      case 'item.succeeded':
      case 'item.failed':
        return nameOf(this.task, event.item);
      case 'task.succeeded':
      case 'task.failed':
      case 'task.cancelled':
      case 'task.skipped':
        return this.unit.doing === 'running' ? this.task : undefined;
      case 'task.queued':
      case 'attempt.started':
      case 'attempt.late':
      case 'task.fanned_out':
      case 'task.recovering':
      case 'task.waiting':
      case 'task.decided':
      case 'task.sla_missed':
      case 'task.upstream_failed':
      case 'compensation.started':
      case 'compensation.succeeded':
      case 'compensation.failed':
      case 'task.log':
        return undefined;
    }
  }

  interrupt(at: number): void {
    for (const unit of this.#units()) unit.interrupt(at);
  }

  resume(at: number): void {
    for (const unit of this.#units()) unit.resume(at);
  }

  /** It begins anew, or is not as it was. */
  reset(at: number): void {
    for (const unit of this.#units()) unit.reset(at);
    this.readyOrder = this.endOrder = Number.POSITIVE_INFINITY;
    this.cause = this.reason = this.lastItem = this.releasedBy = undefined;
  }

  /** Nothing of it goes on: its run is over. */
  stop(at: number): void {
    for (const unit of this.#units()) unit.stop(at, 'cancelled');
  }

  toSpan(now: number, runsBelow: RunsBelow): TaskSpan {
    const { task, unit, cause, reason, total } = this;
    const items: ItemSpan[] = Array.from(this.items, ([item, track]) => ({
      item,
      ...track.toSpan(now, runsBelow(task, item)),
    }));
    return {
      task,
      ...unit.toSpan(now, runsBelow(task, undefined)),
      ...(cause !== undefined && { cause }),
      ...(reason !== undefined && { reason }),
      items: items.toSorted((one, other) => one.item - other.item),
      ...(total !== undefined && { total }),
    };
  }

  #units(): readonly UnitTrack[] {
    return [this.unit, ...this.items.values()];
  }

  #item(item: number): UnitTrack {
    let unit = this.items.get(item);
    if (unit === undefined) this.items.set(item, (unit = new UnitTrack()));
    return unit;
  }

  /** A fanned-out task runs while its items do. */
  #runItems(unit: UnitTrack, at: number): void {
    if (unit !== this.unit && this.unit.doing !== 'running' && this.unit.endedAt === undefined)
      this.unit.start(undefined, at);
  }

  #endItem(item: number, state: 'succeeded' | 'failed', at: number): void {
    this.#item(item).end(state, at, state);
    this.lastItem = item;
  }

  #end(state: TaskState, at: number): void {
    this.unit.end(state, at, attemptEndOf(state));
    // Those of an earlier round that did not begin again are as they were.
    for (const item of this.items.values())
      if (item.endedAt === undefined && item.readyAt !== undefined) item.end('cancelled', at, 'cancelled');
  }
}

function wait(unit: UnitTrack, from: number, ms: number): void {
  unit.begin({ kind: 'retrying', from, due: from + ms });
}

/** What ended as this one began gave it its slot: the next thing to start is started at once. */
function slotOf(unit: UnitTrack, at: number, freed: Freed | undefined): { readonly slotOf?: string } {
  return unit.doing === 'queued' && freed !== undefined && at - freed.at <= 1 ? { slotOf: freed.by } : {};
}
