// The only way to execa: loaded when the first command is started.
import { execa } from 'execa';
import type { Command } from './command.ts';
import { Ending } from './ending.ts';
import { ProcessGroup } from './process-group.ts';

/** What is to be started. */
export interface ChildOptions {
  readonly command: Command;
  readonly cwd: string | undefined;
  readonly env: Record<string, string>;
  /** What it reads from its standard input; undefined where there is none. */
  readonly input: string | Uint8Array | undefined;
  /** Are told what it writes, as it writes it: it waits while they work. */
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
  /** When it is aborted, the child and its own children are told to stop; after the grace period they are killed. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
}

/** How a child ended. */
export interface ChildEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Why it could not be started. */
  readonly failure: Error | undefined;
}

const IS_WINDOWS = process.platform === 'win32';

/** Starts a child process and waits until it has ended and its output is closed. */
export async function runChild(options: ChildOptions): Promise<ChildEnd> {
  const child = start(options);
  const { signal, stdout, stderr, graceMs } = options;
  child.stdout.on('data', stdout);
  child.stderr.on('data', stderr);
  const group = child.pid === undefined || IS_WINDOWS ? undefined : new ProcessGroup(child.pid);
  const ending = new Ending(child, group, graceMs);
  const stop = (): void => ending.begin(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const { exitCode, signal: endedBy, cause } = await child;
    await ending.done();
    const failure = child.pid === undefined && cause instanceof Error ? cause : undefined;
    return { exitCode, signal: endedBy, failure };
  } finally {
    signal.removeEventListener('abort', stop);
    ending.close();
  }
}

function start({ command, cwd, env, input }: ChildOptions) {
  const [program, args] = typeof command === 'string' ? [command, []] : [command[0], command.slice(1)];
  return execa(program, args, {
    shell: typeof command === 'string',
    env,
    extendEnv: false,
    ...(cwd !== undefined && { cwd }),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    // A group of its own, so that its children can be told, too. Where there are none, execa ends it with this process.
    detached: !IS_WINDOWS,
    cleanup: IS_WINDOWS,
    forceKillAfterDelay: false,
    windowsHide: true,
    buffer: false,
    encoding: 'buffer',
    reject: false,
  });
}
