export { shell, type CommandSource, type ShellHandler } from './shell/shell.ts';
export type { Command, CommandCall, Environment } from './shell/command.ts';
export type { ShellOptions, Stream } from './shell/options.ts';
export type { Output, OutputOf } from './shell/output.ts';
export { ShellError, type ShellErrorDetails, type ShellFailure } from './shell/shell-error.ts';
