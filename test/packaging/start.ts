import { execFile } from 'node:child_process';
import { environment } from './install.mjs';

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly cwd: string;
  /** The folder in which it may keep what it wants to find again. */
  readonly cache: string;
}

/** Runs a program as a user would, and waits until it has ended. */
export function start(
  program: string,
  args: readonly string[],
  { cwd, cache }: StartOptions,
): Promise<Ended> {
  const options = {
    cwd,
    env: { ...environment, XDG_CACHE_HOME: cache, NO_COLOR: '1' },
    shell: process.platform === 'win32',
  };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
