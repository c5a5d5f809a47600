import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { environment, install, packAll } from '../packaging/install.mjs';
import { execute, repository } from '../packaging/pack.mjs';
import { binaryOf, hasBinaries, platform } from './binaries.mjs';

// On every Node that is supported, from the oldest: the main example, the packed packages as a user has installed
// them, and the unit tests. What is in dist must be built.

const VERSIONS = ['20.19.0', '22', '24', '26'];

// What is drawn at random finds mistakes of ours, which no Node has to itself: a few draws show that it runs there.
const FEWER = { RUNS: '40' };

/** @typedef {{ node: string, folder: string, project: string }} Place */

/** @type {Readonly<Record<string, (place: Place) => Promise<string>>>} */
const CHECKS = { 'main example': weather, 'installed packages': installed, 'unit tests': unitTests };

const folder = await mkdtemp(path.join(os.tmpdir(), 'wf-sdk-nodes-'));
let failures = 0;
try {
  const project = path.join(folder, 'project');
  await mkdir(path.join(folder, 'tarballs'));
  await packAll(path.join(folder, 'tarballs'));
  await install(project, path.join(folder, 'tarballs'), ['zod@4']);
  // The tests have run on this one already.
  await check(process.execPath, ['main example', 'installed packages'], project);
  if (hasBinaries) {
    for (const version of VERSIONS) {
      const node = await binaryOf(version);
      if (await isThisNode(node)) continue;
      await check(node, Object.keys(CHECKS), project);
    }
  } else {
    console.log(`skipped: npm has no Node binaries for ${platform}, so only this Node was tested`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;

/** @param {string} node */
async function isThisNode(node) {
  return (await execute(node, ['--version'])).stdout.trim() === process.version;
}

/**
 * @param {string} node
 * @param {string[]} names
 * @param {string} project
 */
async function check(node, names, project) {
  const { stdout: version } = await execute(node, ['--version']);
  for (const name of names) {
    const startedAt = performance.now();
    const outcome = await CHECKS[name]?.({ node, folder, project }).catch(
      (/** @type {Error} */ error) => error,
    );
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const failed = outcome instanceof Error;
    if (failed) failures++;
    const cells = [failed ? '✖' : '✔', version.trim().padEnd(9), name.padEnd(18), `${seconds} s`.padStart(7)];
    console.log(`${cells.join('  ')}  ${failed ? `\n${describe(outcome)}` : outcome}`);
  }
}

/** @param {Place} place */
async function weather({ node, folder: out }) {
  const pipeline = path.join(repository, 'examples/weather/pipeline.ts');
  const result = path.join(out, 'weather.json');
  const parameters = ['run', pipeline, '--quiet', '--year', '2014', '--out', out, '--output', result];
  await run(node, [path.join(repository, 'packages/cli/dist/bin.js'), ...parameters], out);
  const written = await readFile(result, 'utf8');
  const { outcome, output } = /** @type {{ outcome: string, output: { verdict: string } }} */ (
    JSON.parse(written)
  );
  expect(outcome, 'success');
  return output.verdict;
}

/** @param {Place} place */
async function installed({ node, project }) {
  const source = `import { NonRetryableError, workflow } from 'wf-sdk';
    import { z } from 'zod';
    enum Size { Small, Large }
    const name: string = await Promise.resolve('input');
    export default workflow('smoke', { input: z.object({ n: z.int().default(20) }) })
      .addTask('double').run(({ [name as 'input']: { n } }) => 2 * n)
      .addTask('large').dependsOn('double').run(({ double }) => double + Size.Large + 1)
      .output(({ large }) => large);
    export const fails = workflow('fails').addTask('once').retry({ attempts: 3 }).run(() => {
      throw new NonRetryableError('no use');
    });`;
  await writeFile(path.join(project, 'pipeline.ts'), source);
  const bin = path.join(project, 'node_modules/wf-sdk/dist/bin.js');
  const { stdout: version } = await run(node, [bin, '--version'], project);
  const { stderr } = await run(node, [bin, 'run', 'pipeline.ts', '--n', '20'], project);
  expect(stderr.endsWith('\noutput\n42\n'), true);
  const failed = await end(node, [bin, 'run', 'pipeline.ts', '--export', 'fails'], project);
  expect(failed.code, 1);
  expect(failed.stderr.includes('✖ once\n    NonRetryableError: no use\n      at pipeline.ts:10:13\n'), true);
  const refused = await end(node, [bin, 'run', 'pipeline.ts', '--n', 'x'], project);
  expect(refused.code, 2);
  return `wf-sdk ${version.trim()}`;
}

/**
 * @typedef {{ fullName: string, status: string, failureMessages: string[] }} TestReport
 * @typedef {{ name: string, status: string, message: string, assertionResults: TestReport[] }} FileReport
 * @typedef {{ numPassedTests: number, testResults: FileReport[] }} Report
 */

/** @param {Place} place */
async function unitTests({ node, folder: out }) {
  const report = path.join(out, 'report.json');
  const vitest = path.join(repository, 'node_modules/vitest/vitest.mjs');
  const parameters = ['run', '--project', 'unit', '--reporter', 'json', '--outputFile', report];
  const ended = await end(node, [vitest, ...parameters], repository, FEWER);
  const { numPassedTests, testResults } = /** @type {Report} */ (JSON.parse(await readFile(report, 'utf8')));
  await rm(report);
  const failed = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0) return status === 'failed' ? [`${name}: ${message}`] : [];
    return tests.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('\n')}`);
  });
  if (failed.length > 0 || 'code' in ended) throw new Error([...failed, ended.stderr].join('\n\n'));
  expect(numPassedTests > 100, true);
  return `${numPassedTests} passed`;
}

/**
 * @param {string} node
 * @param {string[]} parameters
 * @param {string} cwd
 * @param {Readonly<Record<string, string>>} [more] variables
 */
function run(node, parameters, cwd, more) {
  return execute(node, parameters, { cwd, env: { ...environment, ...more }, maxBuffer: 2 ** 26 });
}

/**
 * The same where the exit code need not be 0.
 *
 * @param {string} node
 * @param {string[]} parameters
 * @param {string} cwd
 * @param {Readonly<Record<string, string>>} [more] variables
 * @returns {Promise<{ code?: number, stderr: string }>}
 */
async function end(node, parameters, cwd, more) {
  try {
    return await run(node, parameters, cwd, more);
  } catch (error) {
    return /** @type {{ code: number, stderr: string }} */ (error);
  }
}

/**
 * @param {unknown} value
 * @param {unknown} wanted
 */
function expect(value, wanted) {
  if (value !== wanted) throw new Error(`expected ${String(wanted)}, not ${String(value)}`);
}

/** @param {Error & { stdout?: string, stderr?: string }} error */
function describe({ message, stdout = '', stderr = '', stack }) {
  return [stdout.slice(-3_000), stderr.slice(-3_000), stdout === '' && stderr === '' ? stack : message].join(
    '\n',
  );
}
