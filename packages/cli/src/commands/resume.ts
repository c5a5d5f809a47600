import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile, isWorkflow, resume, type Store, type StoredRun } from '@wf-sdk/core';
import { findRun } from '../keep/find-run.ts';
import { openExistingForRun } from '../keep/open-store.ts';
import { storeFlag } from '../keep/store-path.ts';
import { findPipeline } from '../load/find-pipeline.ts';
import { LoadError } from '../load/load-error.ts';
import { loadPipeline } from '../load/load-pipeline.ts';
import { pickWorkflow } from '../load/pick-workflow.ts';
import { showPath } from '../load/show-path.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { UsageError } from '../usage-error.ts';
import type { DrivingFlags } from './run-options.ts';
import { secretsFor } from './secrets.ts';
import { say, sayWarnings, speakAs } from './say.ts';
import { superviseRun } from './supervise-run.ts';
import { type Kept, takeUp } from './take-up.ts';

/** What can be said of a run that is taken up. */
export interface TakeUpFlags extends DrivingFlags {
  readonly allowChanged?: true;
}

/** How a run is taken up: to go on with it, or to run it again after it has ended. */
export interface Way {
  readonly command: string;
  readonly takeUp: (store: Store, run: StoredRun, isQuiet: boolean) => Promise<Kept>;
  readonly begin: typeof resume;
}

/** `wf-sdk resume <run> [pipeline.ts]`: goes on with a run that is kept. Gives the exit code. */
export function resumeRun(given: string, file: string | undefined, flags: TakeUpFlags): Promise<number> {
  return takeUpRun(RESUME, given, file, flags);
}

/** Takes up a run that is kept, with the workflow that it was begun with, and drives it to its end. Gives the exit code. */
export async function takeUpRun(
  way: Way,
  given: string,
  file: string | undefined,
  flags: TakeUpFlags,
): Promise<number> {
  speakAs(flags.logFormat);
  const store = await openExistingForRun(flags, flags.durability);
  try {
    const run = await findRun(store, given);
    if (run.parent !== undefined)
      throw new UsageError(
        `run ${run.id} is run by a task of run ${run.parent}, and goes on with it: wf-sdk ${way.command} ${run.parent}${storeFlag(flags.store)}`,
      );
    return await driveIn(way, store, run, file, flags);
  } finally {
    await store.close();
  }
}

const RESUME: Way = { command: 'resume', takeUp, begin: resume };

/** Goes on with a run of a store that is open. Gives the exit code. */
export function resumeIn(
  store: Store,
  run: StoredRun,
  file: string | undefined,
  flags: TakeUpFlags,
): Promise<number> {
  return driveIn(RESUME, store, run, file, flags);
}

async function driveIn(
  way: Way,
  store: Store,
  run: StoredRun,
  file: string | undefined,
  flags: TakeUpFlags,
): Promise<number> {
  const path = file ?? storedFile(run, way);
  await startTelemetry(flags, process.env, say);
  const exports = await load(path, file === undefined ? run : undefined, way);
  const name = flags.export ?? (file === undefined ? run.source?.export : undefined);
  const workflow = pickWorkflow(exports, name, isWorkflow);
  const plan = compile(workflow);
  const isQuiet = flags.quiet === true || flags.json === true;
  if (flags.quiet !== true) sayWarnings(plan);
  const found = findPipeline(path, process.cwd());
  const module = pathToFileURL(found).href;
  const secrets = await secretsFor(workflow, found, flags.secretsFile);
  const kept = await way.takeUp(store, run, isQuiet);
  const changes = flags.allowChanged === true && { allowChanged: true };
  return superviseRun(
    {
      plan,
      module,
      secrets,
      kept,
      begin: (options) => way.begin(workflow, run.id, { ...options, ...changes, store }),
    },
    flags,
  );
}

function storedFile({ id, source }: StoredRun, { command }: Way): string {
  if (source?.module.startsWith('file:') === true) return fileURLToPath(source.module);
  throw new UsageError(
    `run ${id} was not begun by this command, and where its workflow stands is not known: name the file, wf-sdk ${command} ${id} pipeline.ts`,
  );
}

/** @param run Whose file it is, where the user did not name it. */
async function load(
  path: string,
  run: StoredRun | undefined,
  { command }: Way,
): ReturnType<typeof loadPipeline> {
  const cwd = process.cwd();
  try {
    return await loadPipeline(path, { cwd });
  } catch (error) {
    if (run === undefined || !(error instanceof LoadError) || error.code !== 'no_such_file') throw error;
    throw new UsageError(
      `run ${run.id} was begun from ${showPath(path, cwd)}, which is not there any more: say where it is now, wf-sdk ${command} ${run.id} pipeline.ts`,
      { cause: error },
    );
  }
}
