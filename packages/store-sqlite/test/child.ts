import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';
import { afterAll } from 'vitest';

/** Where packages that are not built in are found from. */
const cache = fileURLToPath(new URL('../node_modules/.cache/children', import.meta.url));
const running = new Set<ChildProcess>();
const folders: string[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let built: Promise<string> | undefined;

/** Builds what children run: not every Node can run the sources. */
async function build(): Promise<string> {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'x-'));
  folders.push(folder);
  const file = path.join(folder, 'child.mjs');
  const bundle = await rolldown({
    input: fileURLToPath(new URL('./child-main.ts', import.meta.url)),
    platform: 'node',
    resolve: { conditionNames: ['@wf-sdk/source', 'import', 'node', 'default'] },
    external: (id) => !/^[./]|^@wf-sdk\//.test(id) && !path.isAbsolute(id),
    logLevel: 'warn',
  });
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return file;
}

/** Another process that works on a store. */
export interface Child {
  /** The next line that it says, or `undefined` when it has ended. */
  line(): Promise<string | undefined>;
  /** All lines that it has not been asked for, once it has ended. */
  rest(): Promise<readonly string[]>;
  /** What it waits for. */
  go(): void;
  kill(): void;
  /** What it wrote where errors go, once it has ended. */
  readonly complaints: Promise<string>;
}

/** Starts a process that does one of the things in `child-main.ts`. */
export async function startChild(what: string, ...parameters: readonly (string | number)[]): Promise<Child> {
  const file = await (built ??= build());
  const child = spawn(process.execPath, [file, what, ...parameters.map(String)], { stdio: 'pipe' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string | undefined> => {
    const next = await lines.next();
    return next.done === true ? undefined : next.value;
  };
  return {
    line,
    async rest() {
      const all: string[] = [];
      for (let one = await line(); one !== undefined; one = await line()) all.push(one);
      return all;
    },
    go: () => child.stdin.end('go\n'),
    kill: () => child.kill('SIGKILL'),
    complaints: collect(child),
  };
}

async function collect({ stderr }: ChildProcess): Promise<string> {
  let text = '';
  if (stderr !== null) for await (const chunk of stderr) text += String(chunk);
  return text;
}
