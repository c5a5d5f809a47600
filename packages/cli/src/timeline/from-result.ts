import { pathTaken, type SkipReason, type StandIn, type TaskState, type TimedTask } from '@wf-sdk/core';
import { errorLine, runErrorLine } from './one-line.ts';
import { withLengths } from './path-steps.ts';
import type { RunSpan, TaskSpan, Timeline } from './timeline.ts';
import { attemptEndOf } from './unit-track.ts';

/** What a result that was written as JSON says of a task. */
export interface WrittenTask {
  readonly id: string;
  readonly state: TaskState;
  readonly attempts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly error?: unknown;
  readonly cause?: string;
  readonly reason?: SkipReason;
  readonly by?: StandIn;
  readonly items?: { readonly items: number };
}

/** A result that was written as JSON. */
export interface WrittenResult {
  readonly run: string;
  readonly workflow: string;
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly startedAt: number;
  readonly endedAt: number;
  readonly succeeded: number;
  readonly total: number;
  readonly error?: unknown;
  readonly tasks: Readonly<Record<string, WrittenTask>>;
}

const NOTE =
  'A result says of each task only when its first attempt began and when it ended: attempts, queueing, waits, items, runs below it and what was undone are ' +
  'in the events of a run (wf-sdk run --events <file>, or --durable). The critical path is a guess: before each task stands the one that ended last before it began.';

/** As much as a result says of how its run went in time. */
export function timelineOfResult(result: WrittenResult): Timeline {
  const { run, workflow, state, startedAt: from, endedAt: to, succeeded, total, error } = result;
  const tasks = Object.values(result.tasks)
    .map(toSpan)
    .toSorted((one, other) => began(one) - began(other) || 0);
  const spanOf = new Map(tasks.map((span) => [span.task, span]));
  const path = pathTaken(toTimedTasks(tasks)).flatMap(({ task }) => {
    const span = spanOf.get(task);
    return span === undefined ? [] : { span, item: undefined };
  });
  const because = runErrorLine(error);
  const span: RunSpan = {
    run,
    workflow,
    state,
    from,
    to,
    succeeded,
    total,
    ...(because !== undefined && { error: because }),
    gaps: [],
    tasks,
    criticalPath: withLengths(path, { from, to }, 'inferred'),
  };
  return { source: 'result', run: span, notes: [NOTE] };
}

function began({ readyAt }: TaskSpan): number {
  return readyAt ?? Number.MAX_SAFE_INTEGER;
}

function toSpan({
  id,
  state,
  attempts,
  startedAt,
  endedAt,
  error,
  cause,
  reason,
  by,
  items,
}: WrittenTask): TaskSpan {
  const end = attemptEndOf(state);
  return {
    task: id,
    state,
    attempts,
    phases:
      startedAt === undefined || endedAt === undefined
        ? []
        : [{ kind: 'running', from: startedAt, to: endedAt, ...(attempts === 1 && { attempt: 1 }), end }],
    ...(startedAt !== undefined && { readyAt: startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(error !== undefined && { error: errorLine(error) }),
    ...(cause !== undefined && { cause }),
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    items: [],
    ...(items !== undefined && { total: items.items }),
    runs: [],
  };
}

/** Each with the one that ended last before it began. */
function toTimedTasks(tasks: readonly TaskSpan[]): readonly TimedTask[] {
  const ran = tasks.flatMap(({ task, readyAt, endedAt }) =>
    readyAt === undefined || endedAt === undefined ? [] : { task, readyAt, endedAt },
  );
  const byEnd = ran.toSorted((one, other) => one.endedAt - other.endedAt);
  return ran.map(({ task, readyAt, endedAt }) => {
    const before = lastUpTo(byEnd, readyAt, task);
    // An end at the very instant of a beginning counts as before it.
    return {
      task,
      dependsOn: before === undefined ? [] : [before],
      ran: true,
      begins: readyAt + 0.5,
      ends: endedAt,
    };
  });
}

/** @param byEnd In the order of their ends. */
function lastUpTo(
  byEnd: readonly { readonly task: string; readonly readyAt: number; readonly endedAt: number }[],
  at: number,
  except: string,
): string | undefined {
  let [low, high] = [0, byEnd.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((byEnd[middle]?.endedAt ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  // One that took no time at all could stand before itself, or in a circle with another of that instant.
  for (let place = low - 1; place >= 0; place--) {
    const found = byEnd[place];
    if (found !== undefined && found.task !== except && found.readyAt < at) return found.task;
  }
  return undefined;
}
