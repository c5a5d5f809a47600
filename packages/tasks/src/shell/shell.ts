import { OptionError, type TaskContext } from '@wf-sdk/core';
import { inspect } from 'node:util';
import { type Command, type CommandCall, isCommand } from './command.ts';
import { toInput } from './input.ts';
import { isEnvironment, settingsOf, type ShellOptions } from './options.ts';
import type { Output, OutputOf } from './output.ts';
import { type CommandRun, runCommand } from './run-command.ts';

/** A command; or a function that makes one of the task's data, with what it needs. */
export type CommandSource<Data = unknown, Secrets extends string = never> =
  | Command
  | ((data: Data, context: TaskContext<Secrets>) => Command | CommandCall | Promise<Command | CommandCall>);

/** A handler that runs a command. */
export type ShellHandler<Data, Secrets extends string, Out> = (
  data: Data,
  context: TaskContext<Secrets>,
) => Promise<Out>;

/**
 * Makes a handler for `.run()` that runs a command as a child process. What that writes is told line by line as the task's log, and what
 * it writes to standard output is the task's output. When the attempt is to stop, so are the command and all that it has started.
 *
 * @param command A text for the shell, or a program with its arguments; or a function of the task's data that gives one.
 * @throws OptionError for a command or an option that cannot be used.
 * @throws ShellError (as a rejection, when run) where the command fails; ValidationError where its output does not fit the schema.
 */
export function shell<Data = unknown, Secrets extends string = never, O extends Output = 'text'>(
  command: CommandSource<Data, Secrets>,
  options: ShellOptions<Data, Secrets, O> = {},
): ShellHandler<Data, Secrets, OutputOf<O>> {
  const settings = settingsOf(options);
  if (typeof command !== 'function') checkCommand(command);
  const handler = async (data: Data, context: TaskContext<Secrets>): Promise<unknown> => {
    const made = typeof command === 'function' ? await command(data, context) : command;
    const call: CommandCall = isCall(made) ? made : { command: made };
    const env = typeof options.env === 'function' ? options.env(data, context) : options.env;
    checkCommand(call.command);
    for (const one of [env, call.env]) checkEnvironment(one);
    const run: CommandRun = {
      command: call.command,
      cwd: call.cwd ?? options.cwd,
      env: [env, call.env],
      input: toInput(call.input === undefined ? options.input : call.input),
      settings,
    };
    return runCommand(run, context);
  };
  nameParts(handler, command, options as ShellOptions<never>);
  return handler as ShellHandler<Data, Secrets, OutputOf<O>>;
}

function isCall(made: Command | CommandCall): made is CommandCall {
  return typeof made === 'object' && made !== null && !Array.isArray(made);
}

function checkCommand(command: unknown): void {
  if (!isCommand(command))
    throw new OptionError('command', 'a text, or a program with its arguments as a list of texts', command);
}

function checkEnvironment(env: unknown): void {
  if (!isEnvironment(env)) throw new OptionError('env', 'an object of texts', env);
}

/**
 * A cached output holds for the code that gave it. The handler's own code is the same for all commands: theirs is what was given here, looked
 * at where a cache asks for it.
 */
function nameParts(handler: object, command: unknown, options: ShellOptions<never>): void {
  Object.defineProperty(handler, 'name', { value: 'shell' });
  Object.defineProperty(handler, Symbol.for('wf-sdk.parts'), {
    get: (): readonly unknown[] => {
      const { cwd, env, input, output, successCodes } = options;
      const given = [command, cwd, env, input, typeof output === 'string' ? output : undefined, successCodes];
      const text = inspect(given, { depth: 20, maxArrayLength: null, maxStringLength: null });
      return [text, ...[command, env].filter((part) => typeof part === 'function')];
    },
  });
}
