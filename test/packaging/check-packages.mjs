import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { execute, packAll, repository } from './pack.mjs';

// Packs every package and checks each tarball: what is in it, its manifest (publint) and its types as a consumer
// resolves them (are-the-types-wrong).

const directory = await mkdtemp(path.join(os.tmpdir(), 'wf-sdk-packages-'));
try {
  const tarballs = await packAll(directory);
  const folders = await readdir(path.join(repository, 'packages'), { withFileTypes: true });
  const expected = folders.filter((entry) => entry.isDirectory()).length;
  const problems = (await Promise.all(tarballs.map(check))).flat();
  if (tarballs.length !== expected) problems.push(`${expected} packages, but ${tarballs.length} tarballs`);
  for (const problem of problems) console.error(problem);
  console.log(`${tarballs.length} packages packed and checked, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** @param {string} tarball */
async function check(tarball) {
  const found = await Promise.all([
    contents(tarball),
    tool('publint', ['--strict', tarball]),
    tool('attw', ['--profile', 'esm-only', '--no-emoji', '--no-color', tarball]),
  ]);
  return found.flat().map((problem) => `${path.basename(tarball)}: ${problem}`);
}

/** @param {string} tarball */
async function contents(tarball) {
  const { stdout } = await execute('tar', ['-tzf', tarball]);
  const files = stdout.trim().split('\n');
  const strays = files.filter((file) => /\.test(-d)?\.|tsbuildinfo|\/src\/|node_modules/.test(file));
  const missing = [
    'package/LICENSE',
    'package/README.md',
    'package/dist/index.js',
    'package/dist/index.d.ts',
  ].filter((file) => !files.includes(file));
  const { stdout: manifest } = await execute('tar', ['-xzOf', tarball, 'package/package.json']);
  const leftovers = ['@wf-sdk/source', 'workspace:'].filter((text) => manifest.includes(text));
  return [
    ...strays.map((file) => `${file} must not be published`),
    ...missing.map((file) => `${file} is missing`),
    ...leftovers.map((text) => `its manifest still says ${text}`),
  ];
}

/**
 * @param {string} name a command in node_modules/.bin
 * @param {string[]} parameters
 */
async function tool(name, parameters) {
  const command = path.join(repository, 'node_modules/.bin', name);
  try {
    await execute(command, parameters, { shell: process.platform === 'win32' });
    return [];
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
    return [`${name}\n${stdout}${stderr}`];
  }
}
