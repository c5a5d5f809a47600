import { type Plan, run, type RunHandle, type RunResult } from '@wf-sdk/core';
import { type CancellingSignal, EXIT, exitCodeOf, exitCodeOfSignal } from '../exit-codes.ts';
import { coloursFor } from '../show/colours.ts';
import { createJsonReporter } from '../show/json-lines.ts';
import { createLineReporter } from '../show/lines.ts';
import type { Reporter } from '../show/reporter.ts';
import { summary } from '../show/summary.ts';
import { EventsFile, ResultFile } from './output-files.ts';
import type { RunFlags } from './run-options.ts';

type Workflow = Parameters<typeof run>[0];

/** Runs a workflow in front of a user: shows it, writes what was asked for, lets it be cancelled. Gives the exit code. */
export async function superviseRun(
  workflow: Workflow,
  plan: Plan,
  input: unknown,
  flags: RunFlags,
): Promise<number> {
  const eventsFile = flags.events === undefined ? undefined : new EventsFile(flags.events);
  const resultFile = flags.output === undefined ? undefined : new ResultFile(flags.output);
  const reporter = await createReporter(plan, flags);
  const handle = run(workflow, input, {
    ...(flags.concurrency !== undefined && { concurrency: flags.concurrency }),
    ...(flags.timeout !== undefined && { timeout: flags.timeout as `${number}s` }),
    observers: [reporter.observe, ...(eventsFile === undefined ? [] : [eventsFile.observe])],
  });
  const watch = watchProcess(handle, reporter);
  const result = await handle;
  watch.end();
  reporter.end();
  const problems = [eventsFile?.end(), resultFile?.write(result)].filter((problem) => problem !== undefined);
  if (flags.json !== true && (flags.quiet !== true || result.state !== 'succeeded')) {
    say(summary(result, coloursFor(process.stderr), process.cwd()));
  }
  for (const problem of problems) say(problem);
  const code = exitCodeOf(result, watch.signal);
  return code === EXIT.succeeded && problems.length > 0 ? EXIT.failed : code;
}

async function createReporter(plan: Plan, flags: RunFlags): Promise<Reporter> {
  if (flags.json === true) {
    return createJsonReporter(process.stdout, process.stderr);
  }
  if (flags.quiet === true) return { observe: () => undefined, end: () => undefined };
  const colours = coloursFor(process.stderr);
  if (!isInteractive(process.stderr)) return createLineReporter(plan, say, colours);
  // What draws is imported only where there is something to draw on.
  const { createLiveReporter } = await import('../show/live.ts');
  return createLiveReporter(plan, process.stderr, colours);
}

function isInteractive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['CI'] === undefined && process.env['TERM'] !== 'dumb';
}

const STUCK =
  'what runs waits for something that cannot happen any more, a promise that nothing settles: no timer and no I/O is left';

interface Watch {
  /** The signal that cancelled the run, if one did. */
  readonly signal: CancellingSignal | undefined;
  end(): void;
}

/** Cancels the run on Ctrl-C and the like, and when the process could otherwise not go on. */
function watchProcess(handle: RunHandle<RunResult>, reporter: Reporter): Watch {
  let signal: CancellingSignal | undefined;
  const onSignal = (received: CancellingSignal): void => {
    if (signal !== undefined) {
      end();
      reporter.end();
      say('forced to stop; tasks may have been left half done');
      process.exit(exitCodeOfSignal(received));
    }
    signal = received;
    void handle.cancel(received === 'SIGINT' ? 'interrupted (Ctrl-C)' : `stopped by ${received}`);
  };
  const onStray = (error: unknown): void => {
    say(`an error outside of any task's own promise, for example a promise that nobody awaits:`);
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void handle.cancel(error);
  };
  // With nothing left that could wake it Node would end the process in the middle of the run, and with exit code 0.
  const onIdle = (): void => {
    // A handler that heeds its signal does so at once: it cannot be waiting for anything else.
    void handle.cancel(STUCK, { gracePeriod: '100ms' });
  };
  // Nothing can be waited for here any more: what is left is to say so, and not to look like a success.
  const onExit = (code: number): void => {
    reporter.end();
    say('a task ended the process (process.exit) in the middle of the run');
    if (code === EXIT.succeeded) process.exitCode = EXIT.failed;
  };
  const listeners = {
    SIGINT: () => onSignal('SIGINT'),
    SIGTERM: () => onSignal('SIGTERM'),
    uncaughtException: onStray,
    unhandledRejection: onStray,
    beforeExit: onIdle,
    exit: onExit,
  };
  for (const [name, listener] of Object.entries(listeners)) process.on(name, listener);
  const end = (): void => {
    for (const [name, listener] of Object.entries(listeners)) process.off(name, listener);
  };
  return {
    get signal() {
      return signal;
    },
    end,
  };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
