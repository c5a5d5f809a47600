import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execute, packAll } from './pack.mjs';

/** The environment without what npm tells the scripts that it runs. */
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|VITEST|FORCE_COLOR$|CI$)/.test(name),
  ),
);

/**
 * Installs the packed packages with npm, as a user would.
 *
 * @param {string} project an empty folder, or one that is not there yet
 * @param {string} tarballs the folder that `packAll` has packed into
 * @param {readonly string[]} others what the project has besides, as npm names it
 */
export async function install(project, tarballs, others = []) {
  await mkdir(project, { recursive: true });
  await writeFile(path.join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const files = readdirSync(tarballs).map((name) => path.join(tarballs, name));
  const parameters = ['install', '--no-audit', '--no-fund', '--prefer-offline', ...files, ...others];
  await execute('npm', parameters, { cwd: project, env: environment, shell: process.platform === 'win32' });
}

export { packAll };
