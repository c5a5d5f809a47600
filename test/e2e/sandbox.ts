import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base } from 'vitest';

/** The command, as it was built. */
export const BIN: string = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The folder it is run in, in the sandbox. @default the sandbox itself */
  readonly cwd?: string;
  readonly stdin?: string;
  /** More will be written to its standard input. */
  readonly keepStdin?: boolean;
}

/** A command that runs. */
export class Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(child: ChildProcessWithoutNullStreams, { stdin = '', keepStdin = false }: StartOptions) {
    this.child = child;
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    // A command that does not read its input may be gone before all of it is written.
    this.child.stdin.on('error', () => undefined).write(stdin);
    if (!keepStdin) this.child.stdin.end();
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) =>
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  /** Waits until this was printed, on either stream. */
  printed(text: string): Promise<void> {
    return this.until(() => this.#stdout.includes(text) || this.#stderr.includes(text), `printing '${text}'`);
  }

  /** Waits until this holds, which is looked at whenever something is printed. */
  async until(seen: () => boolean, what = 'what was waited for'): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (seen()) resolve();
      };
      check();
      this.child.stdout.on('data', check);
      this.child.stderr.on('data', check);
      void this.ended.then(({ stdout, stderr }) => {
        if (!seen()) reject(new Error(`it ended without ${what}:\n${stdout.slice(-4_000)}\n${stderr}`));
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** An empty folder of a user, with a home and caches of its own, in which the built command is run. */
export class Sandbox {
  readonly #root = realpathSync(mkdtempSync(path.join(tmpdir(), 'wf-sdk-e2e-')));
  readonly folder = path.join(this.#root, 'project');
  readonly #started: Started[] = [];

  constructor() {
    mkdirSync(this.folder);
    mkdirSync(path.join(this.#root, 'cache'), { mode: 0o700 });
  }

  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** Writes a file of the project, its folders included. */
  write(name: string, text: string): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** All files and folders of the project. */
  list(): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).sort();
  }

  env(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.#root,
      XDG_CACHE_HOME: path.join(this.#root, 'cache'),
      ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }),
      ...more,
    };
  }

  /** Starts the command itself. */
  start(args: readonly string[], options: StartOptions = {}): Started {
    return this.startOther(process.execPath, [BIN, ...args], options);
  }

  /** Starts another program that in turn starts the command. */
  startOther(program: string, args: readonly string[], options: StartOptions = {}): Started {
    const { env, cwd = '.' } = options;
    const started = new Started(spawn(program, args, { cwd: this.path(cwd), env: this.env(env) }), options);
    this.#started.push(started);
    return started;
  }

  run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  async dispose(): Promise<void> {
    for (const { child } of this.#started) child.kill('SIGKILL');
    await Promise.allSettled(this.#started.map(({ ended }) => ended));
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** A test with a sandbox of its own. */
export const test = base.extend<{ sandbox: Sandbox }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which other fixtures are wanted
  sandbox: async ({}, use) => {
    const sandbox = new Sandbox();
    await use(sandbox);
    await sandbox.dispose();
  },
});

/** The command as another program would start it: `node …/bin.js`. */
export const command: readonly [string, string] = [process.execPath, BIN];
