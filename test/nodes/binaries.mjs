import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { environment } from '../packaging/install.mjs';
import { execute, repository } from '../packaging/pack.mjs';

/** The platforms whose binaries npm has, as `node-<platform>-<arch>`. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win-x64'];

const windows = process.platform === 'win32';
export const platform = `${windows ? 'win' : process.platform}-${process.arch}`;
export const hasBinaries = PLATFORMS.includes(platform);

/**
 * The binary of a Node version, from npm: fetched once, then taken from the cache in node_modules.
 *
 * @param {string} version such as `24` or `20.19.0`
 * @returns {Promise<string>} its path
 */
export async function binaryOf(version) {
  const folder = path.join(repository, 'node_modules/.cache/wf-sdk-nodes', version);
  const installed = path.join(
    folder,
    'node_modules',
    `node-${platform}`,
    'bin',
    windows ? 'node.exe' : 'node',
  );
  if (existsSync(installed)) return installed;
  await mkdir(folder, { recursive: true });
  // npm would otherwise install into the workspace that the cache is in.
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const parameters = [
    'install',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    `node-${platform}@${version}`,
  ];
  await execute('npm', parameters, { cwd: folder, env: environment, shell: windows });
  return installed;
}
