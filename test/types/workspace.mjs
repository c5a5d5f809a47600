import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { here } from './compilers.mjs';

/**
 * Makes a project in a folder of its own, gives it to `use`, and takes it away again. Being in `node_modules` it
 * resolves what this folder's package.json lists, and no other tool looks into it.
 *
 * @template T
 * @param {Readonly<Record<string, string | object>>} files by their path in the folder; an object is written as JSON
 * @param {(folder: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withProject(files, use) {
  const folder = await mkdtemp(path.join(here, 'node_modules/.project-'));
  try {
    for (const [name, content] of Object.entries({ 'package.json': { type: 'module' }, ...files })) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
