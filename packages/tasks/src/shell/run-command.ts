import type { TaskContext } from '@wf-sdk/core';
import type { ChildEnd } from './child.ts';
import type { Command, Environment } from './command.ts';
import { environmentOf } from './environment.ts';
import { KeptOutput } from './kept-output.ts';
import { LastLines, Lines } from './lines.ts';
import type { ShellSettings, Stream } from './options.ts';
import { readOutput } from './output.ts';
import { ShellError } from './shell-error.ts';
import { startFailure } from './start-failure.ts';
import { afterEarlierAttempts } from './turns.ts';

/** One command that is to be run. */
export interface CommandRun {
  readonly command: Command;
  readonly cwd: string | undefined;
  /** What the task's options say, and what goes before it. */
  readonly env: readonly [ofTask: Environment | undefined, ofCall: Environment | undefined];
  readonly input: string | Uint8Array | undefined;
  readonly settings: ShellSettings;
}

/** Runs a command and gives its output. It does not end before the command has. */
export function runCommand(run: CommandRun, context: TaskContext<never>): Promise<unknown> {
  const { idempotencyKey, signal } = context;
  return afterEarlierAttempts(idempotencyKey, signal, () => runNow(run, context));
}

async function runNow(run: CommandRun, context: TaskContext<never>): Promise<unknown> {
  const { command, cwd, input, settings } = run;
  const { signal } = context;
  const { runChild } = await import('./child.ts');
  signal.throwIfAborted();
  const output = new KeptOutput(settings);
  const stdout = new Heard('stdout', settings, context);
  const stderr = new Heard('stderr', settings, context);
  const end = await runChild({
    command,
    cwd,
    env: environmentOf(context, ...run.env),
    input,
    stdout: (bytes) => {
      output.add(bytes);
      stdout.lines.write(bytes);
    },
    stderr: (bytes) => stderr.lines.write(bytes),
    signal: AbortSignal.any([signal, output.full]),
    graceMs: settings.graceMs,
  });
  stdout.lines.end();
  stderr.lines.end();
  if (end.failure !== undefined) throw startFailure(command, cwd, end.failure);
  const isSuccess = end.exitCode !== undefined && settings.successCodes.includes(end.exitCode);
  // What it has done is done, even where it was told to stop: it is for the run to say what that is worth.
  if (!isSuccess) signal.throwIfAborted();
  if (output.full.aborted) throw output.tooLarge(command);
  if (isSuccess) return readOutput(settings.output, output.bytes, command);
  throw failureOf(command, end, [stderr.last.all, stdout.last.all]);
}

/** What a command writes to one of its streams. */
class Heard {
  readonly last: LastLines = new LastLines();
  readonly lines: Lines;

  constructor(stream: Stream, { logged }: ShellSettings, { log }: TaskContext<never>) {
    const isLogged = logged.has(stream);
    this.lines = new Lines((line) => {
      this.last.add(line);
      if (isLogged) log.info(line, { stream });
    });
  }
}

/** @param said The last lines of its streams: those of the first one that wrote something are told. */
function failureOf(
  command: Command,
  { exitCode, signal }: ChildEnd,
  said: readonly (readonly string[])[],
): ShellError {
  const lastLines = said.find((lines) => lines.length > 0) ?? [];
  if (exitCode !== undefined) {
    const what = `the command failed with exit code ${exitCode}`;
    return new ShellError({ command, reason: 'exit_code', what, exitCode, lastLines });
  }
  const guess = signal === 'SIGKILL' ? ' (out of memory, perhaps)' : '';
  const what = `the command was ended by ${signal ?? 'something unknown'}${guess}`;
  return new ShellError({ command, reason: 'signal', what, signal, lastLines });
}
