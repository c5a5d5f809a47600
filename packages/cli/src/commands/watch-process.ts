import { endSpans, type RunHandle, type RunResult } from '@wf-sdk/core';
import { type CancellingSignal, EXIT, exitCodeOfSignal } from '../exit-codes.ts';
import type { Reporter } from '../show/reporter.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Decisions } from './decisions.ts';
import { say } from './say.ts';

const STUCK =
  'what runs waits for something that cannot happen any more, a promise that nothing settles: no timer and no I/O is left';

/** Who asks twice does not wait long; a third time ends the process at once. */
const FORCED_FLUSH_MS = 1_000;

/** The process while a run goes on in it. */
export interface Watch {
  /** The signal that cancelled the run, if one did. */
  readonly signal: CancellingSignal | undefined;
  /** A second signal has come: the process ends as soon as it can. */
  readonly isForced: boolean;
  end(): void;
}

/**
 * Cancels the run on Ctrl-C and the like, and when the process could otherwise not go on.
 *
 * @param kept How a run that is kept goes on, once this process is gone.
 * @param telemetry What is sent before a process ends that is ended by force.
 */
export function watchProcess(
  handle: RunHandle<RunResult>,
  reporter: Reporter,
  decisions: Decisions,
  kept: string | undefined,
  telemetry: Telemetry | undefined,
): Watch {
  let signal: CancellingSignal | undefined;
  let isForced = false;
  const leave = (code: number): void => {
    isForced = true;
    if (telemetry === undefined) process.exit(code);
    endSpans();
    void telemetry.flush(FORCED_FLUSH_MS).then(() => process.exit(code));
  };
  const onSignal = (received: CancellingSignal): void => {
    if (signal !== undefined) {
      end();
      reporter.end();
      say('forced to stop; tasks may have been left half done');
      if (kept !== undefined) say(kept);
      return leave(exitCodeOfSignal(received));
    }
    signal = received;
    void handle.cancel(received === 'SIGINT' ? 'interrupted (Ctrl-C)' : `stopped by ${received}`);
    say('a second Ctrl-C ends it at once, whatever is half done');
  };
  const onStray = (error: unknown): void => {
    say(`an error outside of any task's own promise, for example a promise that nobody awaits:`);
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void handle.cancel(error);
  };
  // With nothing left that could wake it Node would end the process in the middle of the run, and with exit code 0.
  const onIdle = (): void => {
    // A handler that heeds its signal does so at once: it cannot be waiting for anything else.
    if (!decisions.idle()) void handle.cancel(STUCK, { gracePeriod: '100ms' });
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
    get isForced() {
      return isForced;
    },
    end,
  };
}
