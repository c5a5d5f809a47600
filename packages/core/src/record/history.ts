import type { CompensationResult } from '../model/compensation.ts';
import type { FanOutSummary } from '../model/fan-out.ts';
import type { RunEvent, StandIn, TaskEvent } from '../model/event.ts';
import type { Signal } from '../model/signal.ts';
import type { TraceBefore } from '../model/tracing.ts';

/** What became of one item of a fanned-out task. */
type ItemEnd = { readonly output: unknown; readonly by?: 'cache' | undefined } | { readonly error: Error };

/** What a run's log says of one task, beside its state. Times are milliseconds since the epoch. */
export interface TaskHistory {
  /** How many attempts were started that have ended, by themselves or with the task. */
  attempts: number;
  /** How many were under way in the process that drove the run last. */
  underWay: number;
  startedAt: number | undefined;
  /** When its items were there, where it is fanned out. */
  openedAt: number | undefined;
  endedAt: number | undefined;
  readonly attemptErrors: Error[];
  output: unknown;
  by: StandIn | undefined;
  error: Error | undefined;
  /** The last thing that is known of it, which decides how it goes on. */
  last: TaskEvent | undefined;
  /** How often each recovery rule made it try again, by the rule's place. */
  readonly recoveries: Map<number, number>;
  readonly items: Map<number, ItemEnd>;
  /** How its items had ended before it began anew, until it has opened its source again. */
  itemsBefore: FanOutSummary | undefined;
  /** How many attempts of each item are known to have ended. */
  readonly itemAttempts: Map<number, number>;
  /** When another attempt of an item is due, where it waits for one. */
  readonly itemWaits: Map<number, number>;
  /** How its items were undone, or itself under `undefined`: once for each time that they had been done. */
  readonly undone: Map<number | undefined, UndoHistory[]>;
  slaMissed: boolean;
}

interface UndoHistory {
  attempts: number;
  end: 'succeeded' | Error | undefined;
}

/** How a process takes up a run that is kept. */
export interface TakingUp {
  /** Which tasks begin anew, where the run had ended and is retried. */
  readonly retried: { readonly tasks: readonly string[]; readonly messages: number } | undefined;
  /** Which tasks were added, changed or removed since. */
  readonly changed: readonly string[];
}

/** What a run's log says. */
export interface History {
  readonly startedAt: number;
  /** When it was retried last. */
  readonly retriedAt: number | undefined;
  /** How often it was retried. */
  readonly retries: number;
  readonly input: unknown;
  /** The most the run may take, as was said last. */
  readonly timeoutMs: number | undefined;
  readonly tasks: ReadonlyMap<string, TaskHistory>;
  /** What succeeded, in order: a task, or an item of one. */
  readonly done: readonly Done[];
  /** What was undone, or could not be, in the order in which that was tried. */
  readonly compensations: readonly CompensationResult[];
  /** The number of the last message that was heard. */
  readonly messages: number;
  /** Signals that no task has taken yet, in the order in which they came. */
  readonly signals: readonly Signal[];
  /** How many were sent. */
  readonly signalled: number;
  readonly cancelling: Extract<RunEvent, { readonly type: 'run.cancelling' }> | undefined;
  readonly finished: Extract<RunEvent, { readonly type: 'run.finished' }> | undefined;
  /** Until when breakers were open that it waited for when it was last heard of, in milliseconds since the epoch. */
  readonly openBreakers: ReadonlyMap<string, number>;
  /** What the run's spans in processes before this one were named by. */
  readonly traces: TraceBefore;
}

/** A task that succeeded, or an item of one. */
interface Done {
  readonly task: string;
  readonly item: number | undefined;
  readonly output: unknown;
}

/** Reads what of a log still holds. @throws RangeError where it does not begin with the run's start. */
export function historyOf(events: Iterable<RunEvent>, taken: ReadonlySet<number> = NO_SIGNALS): History {
  const tasks = new Map<string, TaskHistory>();
  const done: Done[] = [];
  const compensations: CompensationResult[] = [];
  let messages = 0;
  let signalled = 0;
  const signals = new Map<number, Signal>();
  let started: Extract<RunEvent, { type: 'run.started' }> | undefined;
  let cancelling: History['cancelling'];
  let finished: History['finished'];
  let openBreakers = new Map<string, number>();
  let retriedAt: number | undefined;
  let retries = 0;
  const spans = new Map<string, string>();
  const traces: { -readonly [Key in keyof TraceBefore]: TraceBefore[Key] } = {
    first: undefined,
    last: undefined,
    tasks: spans,
  };
  let timeoutMs: number | undefined;
  for (const event of events) {
    if ('traceparent' in event) {
      traces.first ??= event.traceparent;
      traces.last = event.traceparent;
    }
    if ('task' in event) {
      const task = tasks.get(event.task) ?? emptyHistory();
      tasks.set(event.task, task);
      note(event, task);
      if (event.type !== 'task.log' && 'spanId' in event && event.spanId !== undefined)
        spans.set(event.task, event.spanId);
      const undone = compensationIn(event, task);
      if (undone !== undefined) compensations.push(undone);
      if (event.type === 'task.succeeded' && event.signal !== undefined) signals.delete(event.signal.number);
      if (event.type === 'item.succeeded' && event.by === undefined)
        done.push({ task: event.task, item: event.item, output: event.output });
      if (event.type === 'task.succeeded' && event.by === undefined)
        done.push({ task: event.task, item: undefined, output: event.output });
      if (event.type === 'attempt.late')
        done.push({ task: event.task, item: event.item, output: event.output });
    } else if (event.type === 'run.started') {
      started = event;
      timeoutMs = event.timeoutMs;
    } else if (event.type === 'run.resumed') {
      for (const task of tasks.values()) task.underWay = 0;
      timeoutMs = event.timeoutMs ?? timeoutMs;
    } else if (event.type === 'run.retried') {
      retriedAt = event.at;
      retries++;
      timeoutMs = event.timeoutMs ?? timeoutMs;
      messages = Math.max(messages, event.messages);
    } else if (event.type === 'run.signalled') {
      const { number, name, value, by } = event;
      if (!taken.has(number)) signals.set(number, { number, name, value, ...(by !== undefined && { by }) });
      signalled = number;
    } else if (event.type === 'run.told') {
      messages = Math.max(messages, event.message);
    } else if (event.type === 'run.waiting') {
      openBreakers = new Map(event.breakers?.map(({ name, until }) => [name, until]));
    } else if (event.type === 'breaker.changed') {
      openBreakers.delete(event.breaker);
    } else if (event.type === 'run.cancelling') {
      cancelling = event;
    } else if (event.type === 'run.finished') {
      finished = event;
    }
  }
  if (started === undefined) throw new RangeError('the log of a run begins with its start');
  return {
    startedAt: started.at,
    retriedAt,
    retries,
    input: started.input,
    timeoutMs,
    tasks,
    done,
    compensations,
    messages,
    signals: [...signals.values()],
    signalled,
    cancelling,
    finished,
    openBreakers,
    traces,
  };
}

const NO_SIGNALS: ReadonlySet<number> = new Set();

function emptyHistory(): TaskHistory {
  return {
    attempts: 0,
    underWay: 0,
    startedAt: undefined,
    openedAt: undefined,
    endedAt: undefined,
    attemptErrors: [],
    output: undefined,
    by: undefined,
    error: undefined,
    last: undefined,
    recoveries: new Map(),
    items: new Map(),
    itemsBefore: undefined,
    itemAttempts: new Map(),
    itemWaits: new Map(),
    undone: new Map(),
    slaMissed: false,
  };
}

function note(event: TaskEvent, task: TaskHistory): void {
  switch (event.type) {
    case 'task.log':
      return;
    case 'attempt.started':
      task.startedAt ??= event.at;
      task.underWay++;
      if (event.item === undefined) task.last = event;
      else task.itemWaits.delete(event.item);
      return;
    case 'task.fanned_out':
      task.itemsBefore = undefined;
      task.openedAt = event.at;
      task.last = event;
      return;
    case 'attempt.failed':
      endAttempts(task, 1);
      if (event.item === undefined) {
        task.attemptErrors.push(toError(event.error));
        task.last = event;
      } else {
        task.itemAttempts.set(event.item, event.attempt);
        if (event.retryInMs !== undefined) task.itemWaits.set(event.item, event.at + event.retryInMs);
      }
      return;
    case 'attempt.late':
      endAttempts(task, 1);
      return;
    case 'item.succeeded':
      if (event.by === undefined) endAttempts(task, 1);
      task.items.set(event.item, { output: event.output, by: event.by });
      return;
    case 'item.failed':
      task.items.set(event.item, { error: toError(event.error) });
      return;
    case 'task.recovering':
      endAttempts(task, task.underWay);
      task.last = event;
      if (event.retryInMs === undefined) return;
      // What is tried again begins anew, with all its items.
      clearItems(task);
      task.recoveries.set(event.rule, (task.recoveries.get(event.rule) ?? 0) + 1);
      return;
    case 'task.decided':
      task.last = event;
      if (event.decision === 'retry') clearItems(task);
      return;
    case 'task.queued':
    case 'task.waiting':
      task.last = event;
      return;
    case 'task.succeeded':
      end(task, event.at);
      task.output = event.output;
      task.by = event.by;
      task.last = event;
      return;
    case 'task.failed':
      end(task, event.at);
      task.error = toError(event.error);
      task.last = event;
      return;
    case 'task.skipped':
    case 'task.upstream_failed':
    case 'task.cancelled':
      end(task, event.at);
      task.last = event;
      return;
    case 'task.sla_missed':
      task.slaMissed = true;
      return;
    case 'compensation.started':
      undoOf(task, event.item).attempts = event.attempt;
      return;
    case 'compensation.succeeded':
      undoOf(task, event.item).end = 'succeeded';
      return;
    case 'compensation.failed':
      if (event.retryInMs === undefined) undoOf(task, event.item).end = toError(event.error);
  }
}

function compensationIn(event: TaskEvent, { undone }: TaskHistory): CompensationResult | undefined {
  if (event.type !== 'compensation.succeeded' && event.type !== 'compensation.failed') return undefined;
  const { task, item } = event;
  const attempts = undone.get(item)?.at(-1)?.attempts ?? 0;
  if (event.type === 'compensation.succeeded')
    return { task, item, attempts, state: 'succeeded', error: undefined };
  if (event.retryInMs !== undefined) return undefined;
  return { task, item, attempts, state: 'failed', error: toError(event.error) };
}

/** A task without items began when it was seen that it has none. */
function end(task: TaskHistory, at: number): void {
  task.startedAt ??= task.openedAt;
  if (task.startedAt !== undefined) task.endedAt = at;
  endAttempts(task, task.underWay);
}

function clearItems(task: TaskHistory): void {
  task.itemsBefore = summaryOf(task);
  task.items.clear();
  task.itemWaits.clear();
}

/** How the items of a task have ended. */
export function summaryOf({ items, itemsBefore }: TaskHistory): FanOutSummary {
  if (itemsBefore !== undefined && items.size === 0) return itemsBefore;
  const succeeded = [...items.values()].filter((end) => 'output' in end).length;
  return { items: items.size, succeeded, failed: items.size - succeeded };
}

function endAttempts(task: TaskHistory, ended: number): void {
  task.attempts += ended;
  task.underWay -= Math.min(task.underWay, ended);
}

function undoOf({ undone }: TaskHistory, item: number | undefined): UndoHistory {
  const undos = undone.get(item) ?? [];
  undone.set(item, undos);
  const last = undos.at(-1);
  if (last !== undefined && last.end === undefined) return last;
  const next = { attempts: 0, end: undefined };
  undos.push(next);
  return next;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
