import { type Message, readMessage, type Store } from '@wf-sdk/core';
import type { RunView } from '../show/run-view.ts';

/** Something that was said to a run, or to one below it, and that it has not heard yet. */
export interface Unheard {
  readonly run: string;
  /** When it was said, in milliseconds since the epoch. */
  readonly at: number;
  readonly by: string | undefined;
  readonly what: string;
  /** The name of the signal, or the task that is decided, as far as it can be read. */
  readonly about: string | undefined;
}

/** What was said to a run, and to those below it that are under way: the first first. */
export async function unheardBy(store: Store, id: string, view: RunView): Promise<readonly Unheard[]> {
  const runs = new Map([[id, view], ...runsBelow(view)]);
  const said: Unheard[] = [];
  for (const [run, { heard }] of runs)
    for (const message of await store.receive(run, heard)) said.push(toUnheard(run, message));
  return said.toSorted((one, other) => one.at - other.at);
}

function runsBelow(view: RunView): readonly (readonly [id: string, view: RunView])[] {
  return view.tasks.flatMap((task) =>
    Array.from(view.childrenOf(task).values()).flatMap((child) => [
      ...(child.id === undefined ? [] : [[child.id, child] as const]),
      ...runsBelow(child),
    ]),
  );
}

function toUnheard(run: string, message: Message): Unheard {
  const { at, by, type: what } = message;
  return { run, at, by, what, about: aboutOf(message) };
}

/** One that is damaged must not hide how the run stands. */
function aboutOf(message: Message): string | undefined {
  try {
    const said = readMessage(message);
    return 'task' in said ? said.task : 'name' in said ? said.name : undefined;
  } catch {
    return undefined;
  }
}
