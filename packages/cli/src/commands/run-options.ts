import type { IfExists, IfFull, LogLevel, RunMode, TelemetryDetail } from '@wf-sdk/core';
import type { Durability } from '@wf-sdk/store-sqlite';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Destination } from '../telemetry/wanted.ts';
import type { InputFlag } from '../input/input-flags.ts';
import { toOptions } from '../input/to-options.ts';
import type { LogFormat } from '../show/log-lines.ts';
import { otelDetailOption, otelOption } from './otel-option.ts';
import { aCount, LOG_LEVELS, storeOptions } from './store-options.ts';

/** What can be said of any process that drives a run, as commander gives it. */
export interface DrivingFlags {
  readonly store?: string;
  readonly durability?: Durability;
  readonly export?: string;
  readonly concurrency?: number;
  readonly timeout?: string;
  readonly ifFull?: IfFull;
  readonly runMode?: RunMode;
  readonly failFast?: true;
  readonly secretsFile?: string;
  readonly output?: string;
  readonly events?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly logFormat?: LogFormat;
  readonly logLevel?: LogLevel;
  /** `false` under `--no-cache`. */
  readonly cache?: boolean;
  readonly wait?: true;
  readonly otel?: Destination;
  readonly otelDetail?: TelemetryDetail;
}

/** The options that every run has that is begun. */
export interface RunFlags extends DrivingFlags {
  readonly input?: string;
  readonly inputFile?: string;
  readonly durable?: true;
  readonly runId?: string;
  readonly ifExists?: IfExists;
  readonly dryRun?: true;
}

/** The names that a field of the input cannot have as its flag; it is then `--input.name`. */
export function reservedNames(): readonly string[] {
  return [...runOptions().map((option) => option.long ?? ''), '--help'].map((name) =>
    name.replace(/^--/, ''),
  );
}

/** Describes `run` in the command's own help, and in that of a run whose pipeline is not known. */
export function describeRun(command: Command, inputOptions: readonly Option[] = []): Command {
  command
    .description('Runs a workflow. Its input is given by flags made from its input schema, or as JSON.')
    .argument('<pipeline>', 'the file that exports the workflow')
    .argument('[-]', 'read the input as JSON from standard input')
    .helpOption('-h, --help', "show this help, and the input's flags where a pipeline is named")
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  if (inputOptions.length > 0) command.optionsGroup('Input:');
  for (const option of inputOptions) command.addOption(option);
  command.optionsGroup('Options:');
  for (const option of runOptions()) command.addOption(option);
  return command;
}

/** The whole command line of a run whose pipeline, and so whose input, is known. */
export function runCommandFor(flags: readonly InputFlag[]): Command {
  return describeRun(new Command('wf-sdk run'), toOptions(flags)).usage('<pipeline> [options] [-]');
}

const MODES: readonly RunMode[] = ['sequential', 'parallel', 'hybrid'];
const IF_FULL: readonly IfFull[] = ['wait', 'fail'];
const IF_EXISTS: readonly IfExists[] = ['resume', 'fail', 'replace'];
const LOG_FORMATS: readonly LogFormat[] = ['pretty', 'json'];
const DURABILITIES: readonly Durability[] = ['normal', 'strict'];

function runOptions(): readonly Option[] {
  return [
    new Option('--input <json>', 'the input as a JSON object; single flags are laid over it'),
    new Option('--input-file <file>', 'the same from a file'),
    new Option(
      '--durable',
      'keep the run in a store: wf-sdk resume goes on with it, whatever ended its process',
    ),
    new Option('--run-id <id>', 'the ID of the run; one that the store has already goes on'),
    new Option(
      '--if-exists <what>',
      'what becomes of a run of that ID: it goes on (resume), this one fails (fail) or begins anew (replace)',
    ).choices(IF_EXISTS),
    ...drivingOptions(),
    new Option('--dry-run', 'show what would run, in which order; run nothing (with --json, as JSON)'),
  ];
}

/** What can be said of any process that drives a run, be it new or taken up. */
export function drivingOptions(): readonly Option[] {
  return [
    ...storeOptions(),
    new Option('--durability <mode>', 'what a power cut may take: some seconds (normal), or nothing').choices(
      DURABILITIES,
    ),
    new Option('--export <name>', 'the export to run, where the file has several workflows'),
    new Option('--concurrency <number>', 'how many tasks may run at once (default: no limit)').argParser(
      aCount,
    ),
    new Option(
      '--timeout <duration>',
      "the most the run may take: '90s', '5m'; then it fails with exit code 124",
    ).argParser(aDuration),
    new Option(
      '--if-full <what>',
      'what it does where as many runs of its workflow are active as may be: wait for its turn (default), or fail',
    ).choices(IF_FULL),
    new Option(
      '--run-mode <mode>',
      'one task at a time; or all, with isolated tasks on this thread, or on threads of their own (default)',
    ).choices(MODES),
    new Option(
      '--fail-fast',
      'stop the run when a task fails, instead of finishing what does not depend on it',
    ),
    new Option(
      '--secrets-file <file>',
      'read secrets from here that the environment does not have (default: .env)',
    ),
    new Option(
      '--no-cache',
      'run tasks with .cache() too, and keep nothing of what they give for later runs',
    ),
    new Option('--output <file>', 'write the result as JSON'),
    new Option('--events <file>', 'write the events as JSON, one on each line'),
    new Option('--json', 'print the events as JSON, one on each line, and nothing else'),
    new Option(
      '--wait',
      'stay with a kept run while it waits for signals, decisions or timers, instead of leaving it to resume',
    ),
    new Option('--quiet', 'print nothing but errors'),
    new Option(
      '--log-format <format>',
      'show the run for people (pretty), or print what tasks log and how the run fares as JSON, one on each line (json)',
    )
      .choices(LOG_FORMATS)
      .conflicts(['json', 'quiet']),
    new Option(
      '--log-level <level>',
      'leave out what tasks log that is less grave (default: nothing is left out)',
    )
      .choices(LOG_LEVELS)
      .conflicts(['json', 'quiet']),
    otelOption(),
    otelDetailOption(),
  ];
}

function aDuration(text: string): string {
  if (!/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(text)) {
    throw new InvalidArgumentError("It must be a duration such as '500ms', '90s', '5m' or '1.5h'.");
  }
  return text;
}
