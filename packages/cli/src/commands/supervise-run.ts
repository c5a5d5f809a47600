import {
  createThreadDispatcher,
  endSpans,
  type FailedRun,
  type Plan,
  type RunEvent,
  type RunNotKeptError,
  type RunHandle,
  type RunOptions,
  type RunResult,
  type SecretsProvider,
  type TooManyRunsError,
} from '@wf-sdk/core';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { threadLoader } from '../load/thread-loader.ts';
import { coloursFor } from '../show/colours.ts';
import { toJsonText } from '../show/event-json.ts';
import type { Reporter } from '../show/reporter.ts';
import { RunTree } from '../show/run-tree.ts';
import { summary } from '../show/summary.ts';
import { type Telemetry, telemetryHere } from '../telemetry/telemetry.ts';
import { incomingTraceparent, type NamedTrace, traceOf, traceText } from '../telemetry/trace-link.ts';
import { UsageError } from '../usage-error.ts';
import { Decisions } from './decisions.ts';
import { howToGoOn } from './how-to-go-on.ts';
import { EventsFile, ResultFile } from './output-files.ts';
import { createReporter, deskFor } from './reporters.ts';
import type { DrivingFlags } from './run-options.ts';
import { say } from './say.ts';
import type { Kept } from './take-up.ts';
import { TurnNotices } from './turn-notices.ts';
import { watchProcess } from './watch-process.ts';

/** What is run: how it is begun, and where its module stands as a URL. */
export interface Subject {
  readonly plan: Plan;
  readonly module: string;
  readonly secrets: SecretsProvider;
  readonly begin: (options: RunOptions) => RunHandle<RunResult>;
  /** Absent where nothing of the run survives this process. */
  readonly kept?: Kept | undefined;
}

/**
 * Runs a workflow in front of a user: shows it, writes what was asked for, lets it be cancelled. Gives the exit code,
 * once what its trace still needs is on its way.
 */
export async function superviseRun(subject: Subject, flags: DrivingFlags): Promise<number> {
  const telemetry = telemetryHere(process.env);
  if (flags.otelDetail !== undefined && telemetry === undefined)
    throw new UsageError(
      '--otel-detail is about a run that is traced: add --otel, or set OTEL_EXPORTER_OTLP_ENDPOINT',
    );
  try {
    return await superviseTraced(subject, flags, telemetry);
  } finally {
    // Of a run that is left to wait: its spans are sent as far as they have come.
    endSpans();
    for (const line of (await telemetry?.flush()) ?? []) say(line);
  }
}

async function superviseTraced(
  subject: Subject,
  flags: DrivingFlags,
  telemetry: Telemetry | undefined,
): Promise<number> {
  const { plan, module, secrets, kept } = subject;
  const eventsFile = flags.events === undefined ? undefined : new EventsFile(flags.events, say);
  const resultFile = flags.output === undefined ? undefined : new ResultFile(flags.output);
  const tree = new RunTree(plan.definition);
  if (kept !== undefined) await recall(kept, tree, flags);
  const reporter = await createReporter(tree, flags);
  const desk = deskFor(reporter, flags);
  const decisions: Decisions = new Decisions(() => handle, tree, desk, kept?.run, flags.wait === true);
  let told: RunEvent | undefined;
  let named: NamedTrace | undefined;
  const turns = new TurnNotices(kept?.run.store, flags, say);
  const handle = begin(reporter, () =>
    subject.begin({
      ...optionsOf(flags),
      ...(telemetry !== undefined && parentOf(process.env)),
      module,
      secrets,
      dispatcher: createThreadDispatcher({ loader: threadLoader }),
      observers: [
        tree.apply,
        ...(kept === undefined ? [] : [kept.run.observe]),
        reporter.observe,
        // The first that names its trace: those of runs below come later.
        (event) => (named ??= traceIn(event)),
        (event) => (told = event.type === 'run.finished' ? event : told),
        ...(eventsFile === undefined ? [] : [eventsFile.observe]),
        turns.observe,
        ...(telemetry?.observers ?? []),
        (event) => decisions.observe(event),
      ],
    }),
  );
  const watch = watchProcess(
    handle,
    reporter,
    decisions,
    kept === undefined ? undefined : howToResume(handle, flags),
    telemetry,
  );
  const result = await Promise.race([handle.result, decisions.left]);
  // The process is about to end with what it has sent by then: nothing more is to be said.
  if (watch.isForced) return new Promise(() => undefined);
  watch.end();
  turns.end();
  decisions.end();
  if (result === undefined) await kept?.run.leave();
  reporter.end();
  const trace = named === undefined ? undefined : traceText(named, process.env);
  const problems = [
    eventsFile?.end(),
    ...(result === undefined || !isKept(result) ? [] : [resultFile?.write(result, named)]),
  ].filter((problem) => problem !== undefined);
  const isThere = result === undefined || isKept(result) || (await isStored(kept, handle.id));
  if (result === undefined) for (const line of howToGoOn(handle.id, tree.root, flags)) say(line);
  else if (!isKept(result)) say(notKept(result, isThere, flags), 'error');
  // JSON has said already how the run ended.
  else if (
    flags.json !== true &&
    flags.logFormat !== 'json' &&
    (flags.quiet !== true || result.state !== 'succeeded')
  )
    say(
      summary(
        result,
        plan.definition,
        coloursFor(process.stderr),
        process.cwd(),
        shownOutput(result, told),
        trace,
      ),
    );
  const isSummed = result !== undefined && isKept(result) && flags.json !== true;
  if (trace !== undefined && !isSummed && flags.quiet !== true) say(trace);
  if (result?.error?.code === 'too_many_runs') await turns.tell(plan.id);
  for (const problem of problems) say(problem, 'error');
  if (result === undefined) return EXIT.waiting;
  if (!isThere) return EXIT.usage;
  const code = exitCodeOf(result, decisions.gaveUp ? 'waiting' : watch.signal);
  return code === EXIT.succeeded && problems.length > 0 ? EXIT.failed : code;
}

/** As it was told, without secrets. Of a run that had ended before nothing is told, and its output has none. */
function shownOutput({ run, output }: RunResult, told: RunEvent | undefined): unknown {
  return told?.type === 'run.finished' && told.run === run ? told.output : output;
}

function traceIn(event: RunEvent): NamedTrace | undefined {
  return 'traceparent' in event && event.traceparent !== undefined ? traceOf(event.traceparent) : undefined;
}

/** Takes in what happened to a run before. A program that reads events gets the last one of a run that has ended. */
async function recall({ run, past, again }: Kept, tree: RunTree, { json }: DrivingFlags): Promise<void> {
  for await (const event of past) {
    tree.apply(event);
    run.observe(event);
    if (json === true && again !== true && event.type === 'run.finished' && event.run === tree.root.id)
      process.stdout.write(`${toJsonText(event)}\n`);
  }
}

type NotKept = FailedRun<string, Readonly<Record<string, unknown>>> & {
  readonly error: RunNotKeptError | TooManyRunsError;
};

function isKept(result: RunResult): result is Exclude<RunResult, NotKept> {
  return result.error?.code !== 'run_not_kept' && result.error?.code !== 'too_many_runs';
}

/** Why a run was refused, or could not go on; and then what to do. */
function notKept(result: RunResult, isThere: boolean, flags: DrivingFlags): string {
  const { error } = result;
  const why = error?.code === 'run_not_kept' ? error.cause : error;
  const message = why instanceof Error ? why.message : String(why);
  if (!isThere || exitCodeOf(result, undefined) === EXIT.usage) return message;
  return [message, ...howToGoOn(result.run, undefined, flags)].join('\n');
}

/** Whether the store has the run: of one that could not even be begun there is nothing to go on with. */
async function isStored(kept: Kept | undefined, id: string): Promise<boolean> {
  try {
    return kept === undefined || (await kept.run.store.find(id)) !== undefined;
  } catch {
    // A store that cannot be read now may have it.
    return true;
  }
}

function howToResume({ id }: RunHandle<RunResult>, flags: DrivingFlags): string {
  return howToGoOn(id, undefined, flags).join('\n');
}

function optionsOf(flags: DrivingFlags): RunOptions {
  const { concurrency, timeout, ifFull, runMode, failFast, cache, otelDetail } = flags;
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeout: timeout as `${number}s` }),
    ...(ifFull !== undefined && { ifFull }),
    ...(runMode !== undefined && { mode: runMode }),
    ...(failFast === true && { onFailure: 'fail-fast' }),
    ...(cache === false && { cache }),
    ...(otelDetail !== undefined && { telemetry: otelDetail }),
  };
}

/** The span that the command was started from, if something that is traced has started it. */
function parentOf(env: NodeJS.ProcessEnv): { readonly traceparent?: string } {
  const traceparent = incomingTraceparent(env);
  return traceparent === undefined ? {} : { traceparent };
}

/** What is drawn is taken away again where the options or the machine do not allow the run. */
function begin<Handle>(reporter: Reporter, start: () => Handle): Handle {
  try {
    return start();
  } catch (error) {
    reporter.end();
    throw error;
  }
}
