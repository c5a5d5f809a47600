import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from './command.ts';
import { ShellError } from './shell-error.ts';

/** Says why a command could not be started, and what to do. */
export function startFailure(command: Command, cwd: string | undefined, cause: Error): ShellError {
  const what = `the command could not be started, because ${reasonOf(command, cwd, cause)}`;
  return new ShellError({ command, reason: 'not_started', what, cause });
}

/** The machine gives the same code for a folder and a program that are not there. */
function reasonOf(command: Command, cwd: string | undefined, cause: Error): string {
  const folder = path.resolve(cwd ?? '.');
  if (!existsSync(folder)) return `there is no folder ${folder} to run it in (cwd)`;
  if (!statSync(folder).isDirectory()) return `what it is to run in is no folder: ${folder} (cwd)`;
  const program = typeof command === 'string' ? 'the shell' : command[0];
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return program.includes('/') && typeof command !== 'string'
        ? `there is no program ${path.resolve(folder, program)}, or not the interpreter that its first line names`
        : `there is no program '${program}' in the PATH: install it, or give its path`;
    case 'EACCES':
      return `'${program}' may not be executed: make it so (chmod +x), or name the interpreter before it`;
    case 'E2BIG':
      return 'its arguments and environment are too long: hand it what is long as its input';
    case undefined:
    default:
      return cause.message;
  }
}
