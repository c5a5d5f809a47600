import type { LogLevel } from '@wf-sdk/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Phase } from '../keep/phase.ts';
import { DEFAULT_STORE } from '../keep/store-path.ts';

/** Which store: every command has it that has to do with runs that are kept. */
export function storeOptions(): readonly Option[] {
  return [new Option('--store <file>', `the store of runs (default: WF_STORE, else ${DEFAULT_STORE})`)];
}

/** A command on runs that are kept, with the options by which it finds their store. */
export function storeCommand(
  name: string,
  description: string,
  options: readonly Option[] = storeOptions(),
): Command {
  const command = new Command(name)
    .description(description)
    .helpOption('-h, --help', 'show this help')
    .showHelpAfterError(`(wf-sdk ${name} --help shows what there is)`)
    .exitOverride();
  for (const option of options) command.addOption(option);
  return command;
}

/** What `wf-sdk runs --status` takes. */
export const PHASES: readonly Phase[] = [
  'pending',
  'running',
  'waiting',
  'interrupted',
  'succeeded',
  'failed',
  'cancelled',
];

/** What `ctx.log` has, the least grave first. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** The argument by which such a command knows its run. */
export const RUN_ARGUMENT = 'the ID of the run, as much of it as no other run begins with, or latest';

/** A whole number from 1. */
export function aCount(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `90s`, `5m`, `12h`, `30d`. */
export function aLongDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (Number.isNaN(ms))
    throw new InvalidArgumentError("It must be a duration such as '90s', '12h' or '30d'.");
  return ms;
}
