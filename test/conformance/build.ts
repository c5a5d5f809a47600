import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll } from 'vitest';

const cache = fileURLToPath(new URL('../../packages/core/node_modules/.cache/conformance', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * Builds a source of ours with all that it imports of ours, as a file that a thread can load on every Node. It is
 * removed when the test file has ended.
 *
 * @returns Its URL.
 */
export async function buildSource(source: string): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'x-'));
  folders.push(folder);
  const bundle = await rolldown({
    input: { built: fileURLToPath(new URL(`../../packages/${source}`, import.meta.url)) },
    platform: 'node',
    external: (id) => /^[^./]/.test(id) && !id.startsWith('@wf-sdk/') && !path.isAbsolute(id),
    resolve: { conditionNames: ['@wf-sdk/source', 'import', 'node'] },
    logLevel: 'warn',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', codeSplitting: false });
  await bundle.close();
  return pathToFileURL(path.join(folder, 'built.mjs')).href;
}
