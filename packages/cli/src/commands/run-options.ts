import type { RunMode } from '@wf-sdk/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { InputFlag } from '../input/input-flags.ts';
import { toOptions } from '../input/to-options.ts';

/** The options that every run has, as commander gives them. */
export interface RunFlags {
  readonly input?: string;
  readonly inputFile?: string;
  readonly export?: string;
  readonly concurrency?: number;
  readonly timeout?: string;
  readonly runMode?: RunMode;
  readonly failFast?: true;
  readonly output?: string;
  readonly events?: string;
  readonly json?: true;
  readonly quiet?: true;
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

function runOptions(): readonly Option[] {
  return [
    new Option('--input <json>', 'the input as a JSON object; single flags are laid over it'),
    new Option('--input-file <file>', 'the same from a file'),
    new Option('--export <name>', 'the export to run, where the file has several workflows'),
    new Option('--concurrency <number>', 'how many tasks may run at once (default: no limit)').argParser(
      atLeastOne,
    ),
    new Option(
      '--timeout <duration>',
      "the most the run may take: '90s', '5m'; then it fails with exit code 124",
    ).argParser(aDuration),
    new Option(
      '--run-mode <mode>',
      'one task at a time; or all, with isolated tasks on this thread, or on threads of their own (default)',
    ).choices(MODES),
    new Option(
      '--fail-fast',
      'stop the run when a task fails, instead of finishing what does not depend on it',
    ),
    new Option('--output <file>', 'write the result as JSON'),
    new Option('--events <file>', 'write the events as JSON, one on each line'),
    new Option('--json', 'print the events as JSON, one on each line, and nothing else'),
    new Option('--quiet', 'print nothing but errors'),
    new Option('--dry-run', 'show what would run, in which order; run nothing (with --json, as JSON)'),
  ];
}

function atLeastOne(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

function aDuration(text: string): string {
  if (!/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(text)) {
    throw new InvalidArgumentError("It must be a duration such as '500ms', '90s', '5m' or '1.5h'.");
  }
  return text;
}
