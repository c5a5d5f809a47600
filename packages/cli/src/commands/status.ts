import type { Store, StoredRun } from '@wf-sdk/core';
import { EXIT } from '../exit-codes.ts';
import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { phaseOf } from '../keep/phase.ts';
import { apply, pictureOf, type RunPicture } from '../keep/run-picture.ts';
import { unheardBy } from '../keep/unheard.ts';
import { coloursFor } from '../show/colours.ts';
import { toJsonText } from '../show/event-json.ts';
import { createLineReporter } from '../show/lines.ts';
import type { Reporter } from '../show/reporter.ts';
import { statusJson } from '../show/status-json.ts';
import { type Status, statusEnd, statusHeader, statusTasks } from '../show/status-text.ts';
import { printEvents } from './events.ts';
import { howToGoOn, howToRetry } from './how-to-go-on.ts';
import { print, widthOf } from './print.ts';
import { isInteractive } from './reporters.ts';

interface StatusFlags extends StoreFlags {
  readonly watch?: true;
  readonly json?: true;
}

/** `wf-sdk status <run>`: how far it has come. Gives the exit code. */
export async function showStatus(given: string, flags: StatusFlags): Promise<number> {
  if (flags.watch === true && flags.json === true) {
    const { store } = flags;
    return printEvents(given, { json: true, follow: true, ...(store !== undefined && { store }) });
  }
  return withStore(flags, 'read', async (store) => {
    const run = await findRun(store, given);
    const picture = await pictureOf(store, run);
    const status = await statusOf(store, run, picture);
    if (flags.json === true) print(toJsonText(statusJson(status, picture.finished), 2));
    else if (flags.watch === true && picture.finished === undefined)
      await watch(store, status, picture, flags);
    else show(status, picture, flags);
    return EXIT.succeeded;
  });
}

async function statusOf(store: Store, { id }: StoredRun, { tree, finished }: RunPicture): Promise<Status> {
  const now = Date.now();
  // What has happened since it was found has been read.
  const run = await findRun(store, id);
  // What a run did not hear before its end it never will.
  const unheard = finished === undefined ? await unheardBy(store, id, tree.root) : [];
  return { run, phase: await phaseOf(store, run, now), view: tree.root, unheard, now };
}

function options(): { columns: number; colours: ReturnType<typeof coloursFor> } {
  return { columns: widthOf(process.stdout), colours: coloursFor(process.stdout) };
}

function show(status: Status, picture: RunPicture, flags: StatusFlags): void {
  print(statusHeader(status, options()));
  print(statusTasks(status, options()));
  showEnd(status, picture, flags);
}

/** What the run came to; or how it goes on, where it does not by itself. */
function showEnd({ run, phase, view }: Status, { finished }: RunPicture, flags: StatusFlags): void {
  const end = finished === undefined ? undefined : statusEnd(finished, options());
  if (end !== undefined) print(end);
  if (phase === 'waiting' || phase === 'interrupted') print(`\n${howToGoOn(run.id, view, flags).join('\n')}`);
  // A run below another one is retried with that.
  const isRetriable = (phase === 'failed' || phase === 'cancelled') && run.parent === undefined;
  if (isRetriable) print(`\n${howToRetry(run.id, flags).join('\n')}`);
}

async function watch(store: Store, status: Status, picture: RunPicture, flags: StatusFlags): Promise<void> {
  const reporter = await createReporter(status, picture);
  for await (const event of picture.events.follow()) {
    apply(picture, event);
    reporter.observe(event);
    if (!process.stdout.writable) break;
  }
  reporter.end();
  showEnd(await statusOf(store, status.run, picture), picture, flags);
}

/** In a terminal a picture that is drawn over and over; elsewhere how it stands now, and a line for each thing that happens. */
async function createReporter(status: Status, { tree }: RunPicture): Promise<Reporter> {
  print(statusHeader(status, options()));
  const colours = coloursFor(process.stdout);
  if (isInteractive(process.stdout)) {
    const { createLiveReporter } = await import('../show/live.ts');
    return createLiveReporter(tree, process.stdout, colours);
  }
  print(statusTasks(status, options()));
  return createLineReporter(tree, print, colours);
}
