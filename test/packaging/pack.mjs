import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

export const execute = promisify(execFile);

/**
 * Packs every package as it would be published, from what is in dist.
 *
 * pnpm does it, not npm: it alone applies `publishConfig.exports` and replaces `workspace:` ranges.
 *
 * @param {string} directory an existing folder for the tarballs
 * @returns {Promise<string[]>} the tarballs' absolute paths
 */
export async function packAll(directory) {
  const pnpm = ['-y', 'pnpm@12', '--filter', './packages/*', 'pack', '--pack-destination', directory];
  await execute('npx', pnpm, { cwd: repository, shell: process.platform === 'win32' });
  const files = await readdir(directory);
  return files.filter((file) => file.endsWith('.tgz')).map((file) => path.join(directory, file));
}
