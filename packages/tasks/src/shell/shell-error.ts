import { type Command, showCommand } from './command.ts';

/** Why a command failed. */
export type ShellFailure =
  /** It ended with an exit code that is none of `successCodes`. */
  | 'exit_code'
  /** A signal ended it that did not come from the run. */
  | 'signal'
  /** It could not be started: there is no such program or folder, for instance; the `cause` is the machine's error. */
  | 'not_started'
  /** It wrote more than `outputLimit`, and was stopped. */
  | 'output_too_large'
  /** What it wrote is no JSON. */
  | 'output_unreadable';

/** What is known of a command that failed. */
export interface ShellErrorDetails {
  readonly command: Command;
  readonly reason: ShellFailure;
  /** What the message says first: what happened, and to which command. */
  readonly what: string;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** The last lines that it wrote. */
  readonly lastLines?: readonly string[];
  readonly cause?: unknown;
}

/**
 * A command that failed. In a store and across threads it keeps its fields, and is an instance of this class still. Retried like any error, unless `retryIf` says otherwise.
 */
export class ShellError extends Error {
  readonly code = 'shell_failed' as const;
  readonly reason: ShellFailure;
  /** As it was given: a text for the shell, or a program with its arguments. */
  readonly command: Command;
  /** Undefined where it ended in another way than by an exit code. */
  readonly exitCode: number | undefined;
  /** The signal that ended it: `SIGKILL`. */
  readonly signal: string | undefined;
  /** The last lines that it wrote to standard error, or where there are none to standard output. */
  readonly lastLines: readonly string[];

  constructor({ command, reason, what, exitCode, signal, lastLines = [], cause }: ShellErrorDetails) {
    const lines = lastLines.map((line) => `\n  ${line}`).join('');
    super(`${what}: ${showCommand(command)}${lines}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.command = command;
    this.exitCode = exitCode;
    this.signal = signal;
    this.lastLines = lastLines;
  }

  /** A store gives an error back without its class, but with its fields; and there may be two copies of this package. */
  static override [Symbol.hasInstance](value: unknown): value is ShellError {
    return value instanceof Error && (value as { readonly code?: unknown }).code === 'shell_failed';
  }
}
Object.defineProperty(ShellError.prototype, 'name', {
  value: 'ShellError',
  configurable: true,
  writable: true,
});
