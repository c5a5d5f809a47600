import type { RunEvent, SkipReason, StandIn, TaskDefinition, TaskState, WaitReason } from '@wf-sdk/core';

/** How far a fanned-out task has come. */
export interface ItemsView {
  /** How many there will be, where the source says so. */
  total: number | undefined;
  started: number;
  succeeded: number;
  /** Of those that succeeded: whose output was in the cache. */
  cached: number;
  failed: number;
  /** Those whose attempts run. */
  readonly running: Set<number>;
  /** Those that wait for another attempt, and when it is due. */
  readonly retrying: Map<number, number>;
}

/** What a reader of the terminal knows of one task. */
export interface TaskView {
  readonly id: string;
  /** Absent where its workflow is not known. */
  readonly definition: TaskDefinition | undefined;
  state: TaskState;
  attempt: number;
  /** Milliseconds since the epoch. */
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** When the next attempt is due, or a wait ends by itself. */
  until: number | undefined;
  /** While it waits: for what, and what a person is told. */
  waitsFor: WaitReason | undefined;
  message: string | undefined;
  /** The name of the signal, where it waits for one. */
  signal: string | undefined;
  /** The name of the breaker that it waited for last, or an item of it. */
  breaker: string | undefined;
  error: unknown;
  cause: string | undefined;
  reason: SkipReason | undefined;
  by: StandIn | undefined;
  slaMissed: boolean;
  readonly items: ItemsView | undefined;
}

export function createTaskView(id: string, definition: TaskDefinition | undefined): TaskView {
  return {
    id,
    definition,
    state: 'pending',
    attempt: 0,
    startedAt: undefined,
    endedAt: undefined,
    until: undefined,
    waitsFor: undefined,
    message: undefined,
    signal: undefined,
    breaker: nameOfBreaker(definition),
    error: undefined,
    cause: undefined,
    reason: undefined,
    by: undefined,
    slaMissed: false,
    items: definition?.fanOut === undefined ? undefined : createItems(),
  };
}

function nameOfBreaker(definition: TaskDefinition | undefined): string | undefined {
  const breaker = definition?.breaker;
  return typeof breaker === 'object' ? breaker.name : breaker;
}

function createItems(): ItemsView {
  return {
    total: undefined,
    started: 0,
    succeeded: 0,
    cached: 0,
    failed: 0,
    running: new Set(),
    retrying: new Map(),
  };
}

export function applyToTask(task: TaskView, event: RunEvent): void {
  switch (event.type) {
    case 'task.queued':
      task.state = 'queued';
      break;
    case 'attempt.started':
      task.state = 'running';
      task.startedAt ??= event.at;
      if (event.item === undefined) task.attempt = event.attempt;
      else startItem(task.items, event.item, event.attempt);
      break;
    case 'attempt.failed':
      task.error = event.error;
      if (event.retryInMs === undefined) break;
      if (event.item === undefined) waitUntil(task, 'retrying', event.at + event.retryInMs);
      else holdItem(task.items, event.item, event.at + event.retryInMs);
      break;
    case 'task.fanned_out':
      if (task.items !== undefined) task.items.total = event.items;
      break;
    case 'item.succeeded':
      if (event.by !== undefined) findItem(task);
      endItem(task.items, event.item, event.type);
      break;
    case 'item.failed':
      endItem(task.items, event.item, event.type);
      break;
    case 'task.recovering':
      if (event.retryInMs !== undefined) waitUntil(task, 'retrying', event.at + event.retryInMs);
      break;
    case 'task.waiting':
      waitUntil(task, 'waiting', event.until);
      task.waitsFor = event.for;
      task.message = event.message;
      task.signal = event.signal;
      task.error = event.error ?? task.error;
      break;
    case 'task.decided':
      // What else was decided follows as a fact of its own.
      if (event.decision === 'retry') task.state = 'queued';
      break;
    case 'task.sla_missed':
      task.slaMissed = true;
      break;
    case 'task.succeeded':
      task.by = event.by;
      end(task, 'succeeded', event.at);
      break;
    case 'task.failed':
      task.error = event.error;
      end(task, 'failed', event.at);
      break;
    case 'task.upstream_failed':
      task.cause = event.cause;
      end(task, 'upstream_failed', event.at);
      break;
    case 'task.skipped':
      task.reason = event.reason;
      task.cause = event.cause;
      end(task, 'skipped', event.at);
      break;
    case 'task.cancelled':
      end(task, 'cancelled', event.at);
      break;
    case 'attempt.late':
    case 'compensation.started':
    case 'compensation.succeeded':
    case 'compensation.failed':
    case 'task.log':
    case 'run.pending':
    case 'run.started':
    case 'run.resumed':
    case 'run.retried':
    case 'run.told':
    case 'run.signalled':
    case 'run.waiting':
    case 'run.cancelling':
    case 'run.finished':
    case 'breaker.changed':
      break;
  }
}

/** The process that made its attempts has ended: those that had not ended are made again. */
export function loseAttempts(task: TaskView): void {
  if (task.state === 'running') task.state = 'queued';
  task.items?.running.clear();
}

function waitUntil(task: TaskView, state: 'retrying' | 'waiting', until: number | undefined): void {
  task.state = state;
  task.until = until;
}

function end(task: TaskView, state: TaskState, at: number): void {
  task.state = state;
  task.endedAt = at;
  task.items?.running.clear();
  task.items?.retrying.clear();
}

function startItem(items: ItemsView | undefined, item: number, attempt: number): void {
  if (items === undefined) return;
  if (attempt === 1) items.started++;
  items.retrying.delete(item);
  items.running.add(item);
}

function holdItem(items: ItemsView | undefined, item: number, until: number): void {
  items?.running.delete(item);
  items?.retrying.set(item, until);
}

/** No attempt of it was made, and perhaps of no other. */
function findItem(task: TaskView): void {
  task.state = 'running';
  if (task.items !== undefined) task.items.cached++;
}

function endItem(items: ItemsView | undefined, item: number, how: 'item.succeeded' | 'item.failed'): void {
  if (items === undefined) return;
  items.running.delete(item);
  items.retrying.delete(item);
  if (how === 'item.succeeded') items.succeeded++;
  else items.failed++;
}

/** Whether a failure of this task is one that the workflow allows. */
export function isAllowed({ state, definition }: TaskView): boolean {
  return state === 'failed' && definition?.allowFailure === true;
}

/** Whether the task is over. */
export function hasEnded({ state }: TaskView): boolean {
  switch (state) {
    case 'pending':
    case 'queued':
    case 'running':
    case 'retrying':
    case 'waiting':
      return false;
    case 'succeeded':
    case 'failed':
    case 'upstream_failed':
    case 'skipped':
    case 'cancelled':
      return true;
  }
}
