/**
 * A text for the shell (`/bin/sh -c`, on Windows `cmd.exe`), which gives blanks, quotes, `$`, `;` and the like their
 * meaning: put no data into it. Or a program with its arguments, which no shell looks at: there is nothing to quote.
 */
export type Command = string | readonly [program: string, ...args: string[]];

/** Variables of the environment; `undefined` takes one away that the process has. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A command with what it needs this time. What stands here goes before the task's options. */
export interface CommandCall {
  readonly command: Command;
  /** The folder it runs in. @default the process's */
  readonly cwd?: string;
  /** Added to the process's environment. */
  readonly env?: Environment;
  /** What it reads from its standard input: text, bytes, or a value that is sent as JSON. @default nothing */
  readonly input?: unknown;
}

const LONGEST_SHOWN = 200;

/** The command in one line, as for a shell, for people to read. */
export function showCommand(command: Command): string {
  const text = typeof command === 'string' ? command : command.map(quoted).join(' ');
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ⏎ ');
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}

function quoted(part: string): string {
  return /^[\w%+,./:=@-]+$/.test(part) ? part : `'${part.replaceAll("'", String.raw`'\''`)}'`;
}

export function isCommand(value: unknown): value is Command {
  if (typeof value === 'string') return value.trim() !== '';
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value[0] !== '' &&
    value.every((part) => typeof part === 'string')
  );
}
