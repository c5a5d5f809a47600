import { type Attempt, type AttemptHost, Item } from '../execute/attempt.ts';
import { type CompensationHost, type Undo, UndoAttempt } from '../execute/compensation.ts';
import { dataOf, itemDataOf } from '../execute/data.ts';
import { ItemSource, Points } from '../execute/items.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { History } from '../record/history.ts';
import type { Loop } from './loop.ts';

/** Something a handler did that can be undone. What stands in for an output did nothing. */
export function toUndo({ outputs }: Loop, { planned, item }: Attempt, output: unknown): Undo {
  const data = item === undefined ? dataOf(planned, outputs) : itemDataOf(planned, item, outputs);
  return { task: planned, item, output, data };
}

/**
 * What was done before this process and can be undone, in the order in which it was done. The items of fanned-out tasks are
 * read from their source again.
 */
export async function doneBefore(loop: Loop, { done }: History): Promise<Undo[]> {
  const { plan, outputs } = loop;
  const sources = new Map<TaskIndex, readonly unknown[]>();
  const undos: Undo[] = [];
  for (const { task: id, item: index, output } of done) {
    const task = plan.tasks[plan.indexOf.get(id) ?? -1];
    if (task?.compensate === undefined) continue;
    const { fanOut } = task.definition;
    if (index === undefined) {
      // Of a fanned-out task each item is undone, not the whole.
      if (fanOut === undefined) undos.push({ task, item: undefined, output, data: dataOf(task, outputs) });
      continue;
    }
    const values =
      sources.get(task.index) ?? (await firstItems(task, dataOf(task, outputs), highest(done, id)));
    sources.set(task.index, values);
    const item = new Item(task.index, index, values[index], 0);
    undos.push({ task, item, output, data: itemDataOf(task, item, outputs) });
  }
  return undos;
}

function highest(done: History['done'], task: string): number {
  return done.reduce((most, { task: id, item = -1 }) => (id === task ? Math.max(most, item) : most), -1);
}

/** The items of a task up to this one: there may be no last one. */
async function firstItems(
  { definition }: PlannedTask,
  data: unknown,
  last: number,
): Promise<readonly unknown[]> {
  const { fanOut } = definition;
  if (fanOut === undefined) return [];
  const source = new ItemSource(
    fanOut.kind === 'each' ? await fanOut.select(data as never) : new Points(fanOut.axes),
  );
  const values: unknown[] = [];
  while (values.length <= last) {
    const next = await source.next();
    if (next.done === true) return values;
    values.push(next.value);
  }
  source.close();
  return values;
}

/** What compensating needs of a run whose tasks have all ended. */
export function compensationHost(
  loop: Loop & { readonly attemptHost: AttemptHost },
  signal: AbortSignal,
  history: History | undefined,
  isLeft: () => boolean,
): CompensationHost {
  const { clock, random, journal, stored } = loop;
  // What was done several times, as the items of a task that was tried again, is undone as often, in the same order.
  const asked = new Map<string, number>();
  return {
    past: ({ task, item }) => {
      const key = `${task.id} ${item?.index ?? ''}`;
      const times = asked.get(key) ?? 0;
      asked.set(key, times + 1);
      return history?.tasks.get(task.id)?.undone.get(item?.index)?.[times];
    },
    kept: () => (stored === undefined ? undefined : new Promise((resolve) => stored(resolve))),
    clock,
    random,
    signal,
    isLeft,
    attempt: (undo, attempt) => new UndoAttempt(loop.attemptHost, undo, attempt),
    within: (attempt, call) => (loop.tracing === undefined ? call() : loop.tracing.within(attempt, call)),
    started: ({ task, item }, attempt) =>
      journal.compensation('started', task.index, attempt, item?.index, clock.now()),
    succeeded: ({ task, item }, attempt) =>
      journal.compensation('succeeded', task.index, attempt, item?.index, clock.now()),
    failed: ({ task, item }, attempt, error, retryInMs) =>
      journal.compensationFailed(task.index, attempt, item?.index, error, retryInMs, clock.now()),
  };
}
