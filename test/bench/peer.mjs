import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { binaryOf, hasBinaries } from '../nodes/binaries.mjs';
import { environment } from '../packaging/install.mjs';
import { execute, repository } from '../packaging/pack.mjs';

const PEER = 'openworkflow';
const VERSION = '0.10.1';
/** On SQLite it needs `node:sqlite`, which wf-sdk's own oldest Node does not have. */
const NODE = '24';
const worker = fileURLToPath(new URL('peer-worker.mjs', import.meta.url));

/**
 * Durable runs of another library beside ours, in one process and under one Node. How much it costs is shown, and fails nothing:
 * it and a Node are fetched from npm once, and where that cannot be the row says so.
 *
 * @returns {Promise<import('./table.mjs').Row[]>}
 */
export async function peerRows() {
  try {
    if (!hasBinaries) throw new Error('npm has no Node for this machine');
    const binary = await binaryOf(NODE);
    const module = pathToFileURL(path.join(await installed(), 'dist/')).href;
    const costs = await measured(binary, module);
    const node = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
    return rowsOf(costs, `Node ${node}`);
  } catch (error) {
    return [{ label: `${PEER} ${VERSION}`, measured: `not measured: ${firstLine(error)}` }];
  }
}

/** @returns {Promise<string>} Where it stands. */
async function installed() {
  const folder = path.join(repository, 'node_modules/.cache/wf-sdk-peers', VERSION);
  const found = path.join(folder, 'node_modules', PEER);
  if (existsSync(found)) return found;
  await mkdir(folder, { recursive: true });
  // npm would otherwise install into the workspace that the cache is in.
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--fetch-retries=0'];
  await execute('npm', ['install', ...flags, `${PEER}@${VERSION}`], {
    cwd: folder,
    env: environment,
    shell: process.platform === 'win32',
  });
  return found;
}

/**
 * @param {string} execPath
 * @param {string} module
 * @returns {Promise<readonly import('./peer-worker.mjs').Cost[]>}
 */
async function measured(execPath, module) {
  const child = fork(worker, [module], { execPath, execArgv: ['--no-warnings'] });
  /** @type {readonly import('./peer-worker.mjs').Cost[] | undefined} */
  let costs;
  child.on('message', (message) => {
    costs = /** @type {readonly import('./peer-worker.mjs').Cost[]} */ (message);
  });
  const [code] = /** @type {[number | null]} */ (await once(child, 'exit'));
  if (costs === undefined) throw new Error(`its process ended with ${code}`);
  return costs;
}

/**
 * @param {readonly import('./peer-worker.mjs').Cost[]} costs
 * @param {string} node
 * @returns {import('./table.mjs').Row[]}
 */
function rowsOf(costs, node) {
  const peer = costs.find(({ who }) => who === PEER);
  return costs.flatMap(({ who, usPerStep, msForFive }) => {
    const ours = peer !== undefined && who !== PEER;
    const perSecond = (1_000_000 / usPerStep).toLocaleString('en-US', { maximumFractionDigits: 0 });
    return [
      {
        label: `${node}, ${who}: 20 chains of 100 at once`,
        measured: `${perSecond} steps/s`,
        ...(ours && { figure: peer.usPerStep / usPerStep, unit: '× as many' }),
      },
      {
        label: `${node}, ${who}: a run of five steps, from start to result`,
        measured: `${msForFive.toFixed(2)} ms`,
        ...(ours && { figure: peer.msForFive / msForFive, unit: '× as fast' }),
      },
    ];
  });
}

/** @param {unknown} error */
function firstLine(error) {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
