import {
  type Bytes,
  type Duration,
  OptionError,
  parseBytes,
  parseDuration,
  type TaskContext,
} from '@wf-sdk/core';
import type { Environment } from './command.ts';
import type { Output } from './output.ts';

/** One of the two streams that a program writes. */
export type Stream = 'stdout' | 'stderr';

/** How a command is run. */
export interface ShellOptions<Data = unknown, Secrets extends string = never, O extends Output = Output> {
  /** The folder it runs in; it may be relative to the process's. @default the process's */
  readonly cwd?: string;
  /**
   * Added to the process's environment, or a function of the task's data and context that gives what is: for secrets, for
   * instance. `undefined` takes a variable away.
   */
  readonly env?: Environment | ((data: Data, context: TaskContext<Secrets>) => Environment);
  /** What it reads from its standard input: text, bytes, or a value that is sent as JSON. @default nothing */
  readonly input?: unknown;
  /**
   * What becomes of standard output. `text`: a text, without its last line break. `lines`: a list of texts. `json`: what it says as
   * JSON, or a schema: that, checked. `none`: nothing, however much it is; it can still be logged.
   * @default 'text'
   */
  readonly output?: O;
  /** What is told line by line as the task's log. @default both streams; where `output` is read by the task, only stderr */
  readonly log?: readonly Stream[];
  /** The exit codes that are no failure. @default [0] */
  readonly successCodes?: readonly number[];
  /** How much of standard output is kept as output, before the command is stopped and fails. @default '64MB' */
  readonly outputLimit?: Bytes;
  /** How long the command has to end when it is told to stop (SIGTERM), before it is killed (SIGKILL). @default '5s' */
  readonly gracePeriod?: Duration;
}

/** {@link ShellOptions} with every default filled in. */
export interface ShellSettings {
  readonly output: Output;
  readonly logged: ReadonlySet<Stream>;
  readonly successCodes: readonly number[];
  readonly limitBytes: number;
  readonly graceMs: number;
}

/** What was given, whatever its function reads. */
type Given = Omit<ShellOptions, 'env'> & { readonly env?: unknown };

/** @throws OptionError for the first option that cannot be used. */
export function settingsOf(options: Given): ShellSettings {
  const { output = 'text', log, successCodes = [0], outputLimit = '64MB', gracePeriod = '5s' } = options;
  if (options.cwd !== undefined && typeof options.cwd !== 'string')
    throw new OptionError('cwd', 'the path of a folder', options.cwd);
  if (!isEnvironment(options.env) && typeof options.env !== 'function')
    throw new OptionError('env', 'an object of texts, or a function that gives one', options.env);
  if (!isOutput(output))
    throw new OptionError('output', `'text', 'lines', 'json', 'none' or a schema`, output);
  if (log !== undefined && !(Array.isArray(log) && log.every(isStream)))
    throw new OptionError('log', `a list of 'stdout' and 'stderr'`, log);
  if (!Array.isArray(successCodes) || !successCodes.every(isExitCode))
    throw new OptionError('successCodes', 'a list of whole numbers from 0 to 255', successCodes);
  const limitBytes = parseBytes(outputLimit);
  if (limitBytes === undefined)
    throw new OptionError('outputLimit', `a number of bytes such as '64MB'`, outputLimit);
  const graceMs = parseDuration(gracePeriod);
  if (graceMs === undefined) throw new OptionError('gracePeriod', `a duration such as '5s'`, gracePeriod);
  const isText = output === 'text' || output === 'none';
  const logged = new Set<Stream>(log ?? (isText ? ['stdout', 'stderr'] : ['stderr']));
  return { output, logged, successCodes, limitBytes, graceMs };
}

export function isEnvironment(value: unknown): value is Environment | undefined {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((variable) => variable === undefined || typeof variable === 'string');
}

function isOutput(value: unknown): value is Output {
  if (value === 'text' || value === 'lines' || value === 'json' || value === 'none') return true;
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
}

function isStream(value: unknown): value is Stream {
  return value === 'stdout' || value === 'stderr';
}

function isExitCode(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}
