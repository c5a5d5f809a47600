import type { Attempt, AttemptHost } from '../execute/attempt.ts';
import { type CompensationHost, type Undo, UndoAttempt } from '../execute/compensation.ts';
import { dataOf, itemDataOf } from '../execute/data.ts';
import type { Loop } from './loop.ts';

/** Something a handler did that can be undone. What stands in for an output did nothing. */
export function toUndo({ outputs }: Loop, { planned, item }: Attempt, output: unknown): Undo {
  const data = item === undefined ? dataOf(planned, outputs) : itemDataOf(planned, item, outputs);
  return { task: planned, item, output, data };
}

/** What compensating needs of a run whose tasks have all ended. */
export function compensationHost(loop: Loop & AttemptHost, signal: AbortSignal): CompensationHost {
  const { clock, random, journal } = loop;
  return {
    clock,
    random,
    signal,
    attempt: (undo, attempt) => new UndoAttempt(loop, undo, attempt),
    started: ({ task, item }, attempt) =>
      journal.compensation('started', task.index, attempt, item?.index, clock.now()),
    succeeded: ({ task, item }, attempt) =>
      journal.compensation('succeeded', task.index, attempt, item?.index, clock.now()),
    failed: ({ task, item }, attempt, error, retryInMs) =>
      journal.compensationFailed(task.index, attempt, item?.index, error, retryInMs, clock.now()),
  };
}
