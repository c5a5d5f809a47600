import type { RunEvent, Store, StoredRun } from '@wf-sdk/core';
import { RunTree } from '../show/run-tree.ts';
import { keptDefinition } from './kept-definition.ts';
import { RunEvents } from './run-events.ts';
import { runsBelow } from './run-family.ts';

type Finished = Extract<RunEvent, { readonly type: 'run.finished' }>;

/** A run as its log tells it, and those below it. */
export interface RunPicture {
  readonly tree: RunTree;
  /** What has not been taken in yet. */
  readonly events: RunEvents;
  /** How it ended, if it has. */
  finished: Finished | undefined;
}

/** Takes in an event of the run. */
export function apply(picture: RunPicture, event: RunEvent): void {
  picture.tree.apply(event);
  if (event.type === 'run.finished' && event.run === picture.tree.root.id) picture.finished = event;
}

/** What a store has of a run so far. Nothing of the user's is loaded for that. */
export async function pictureOf(store: Store, run: StoredRun): Promise<RunPicture> {
  const below = new Map((await runsBelow(store, run.id)).map((child) => [child.id, child]));
  const known = (id: string): ReturnType<typeof keptDefinition> | undefined => {
    const child = below.get(id);
    return child === undefined ? undefined : keptDefinition(child);
  };
  const picture: RunPicture = {
    tree: new RunTree(keptDefinition(run), known),
    events: new RunEvents(store, run.id),
    finished: undefined,
  };
  for await (const event of picture.events.read()) apply(picture, event);
  return picture;
}
