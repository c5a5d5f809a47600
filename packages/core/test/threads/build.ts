import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { rolldown } from 'rolldown';
import { afterAll } from 'vitest';

import { Dispatching, type ThreadDispatcherOptions } from '../../src/isolate/dispatcher.ts';

const cache = fileURLToPath(new URL('../../node_modules/.cache/threads', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * Builds a module with what it imports of ours: a thread cannot import the sources on every Node, and Vite's are not
 * known to it. What was built is removed when the test file has ended.
 *
 * @param url The module's URL.
 * @returns The URL of what was built.
 */
export async function buildModule(url: string): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'x-'));
  folders.push(folder);
  const input = fileURLToPath(url);
  const bundle = await rolldown({
    input: { built: input },
    platform: 'node',
    external: /^[^./]/,
    logLevel: 'warn',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', codeSplitting: false });
  await bundle.close();
  return pathToFileURL(path.join(folder, 'built.mjs')).href;
}

let built: Promise<string> | undefined;

/** What threads run, built: its URL. */
export function threadModule(): Promise<string> {
  return (built ??= buildModule(new URL('../../src/isolate/attempt.thread.ts', import.meta.url).href));
}

/** What `createThreadDispatcher` makes, but from the sources. */
export async function createTestDispatcher(options: ThreadDispatcherOptions = {}): Promise<Dispatching> {
  return new Dispatching(options, await threadModule());
}
