import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { createInstallation } from '../installation.mjs';
import { median } from '../measure.mjs';
import { targets } from '../targets.mjs';

const BARE = ['-e', '0'];

/**
 * How long the command takes from its start to its end, in relation to a Node that does nothing.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  const { folder, env, remove } = createInstallation();
  try {
    const command = path.join(folder, 'node_modules/wf-sdk/dist/bin.js');
    const subjects = [
      { label: 'wf-sdk --version', args: [command, '--version'], target: targets.version },
      {
        label: 'wf-sdk run pipeline.ts',
        args: [command, 'run', 'pipeline.ts', '--day', '2026-01-01'],
        target: targets.run,
      },
    ];
    const rows = subjects.map(({ label, args, target }) => {
      /** @param {readonly string[]} started */
      const startMs = (started) => start(started, folder, env);
      const { ms, bareMs, ratio } = comparePairwise(
        () => startMs(args),
        () => startMs(BARE),
        effort,
      );
      return {
        label,
        measured: `${ms.toFixed(0)} / ${bareMs.toFixed(0)} ms`,
        figure: ratio,
        unit: '×',
        target,
      };
    });
    return { title: 'start to end / node -e 0', rows };
  } finally {
    remove();
  }
}

/**
 * Starts this Node with these arguments and gives how long it took; what it prints goes nowhere.
 *
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 */
function start(args, cwd, env) {
  const begin = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd, env, stdio: 'ignore' });
  const ms = performance.now() - begin;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return ms;
}

/**
 * One of these, one of those, in turn, once the caches are filled. The best pass counts.
 *
 * @param {() => number} subject
 * @param {() => number} bare
 * @param {import('../effort.mjs').Effort} effort
 */
function comparePairwise(subject, bare, { pairs, passes }) {
  for (let warm = 0; warm < 2; warm++) [subject, bare].forEach((measured) => measured());
  let best = { ms: Infinity, bareMs: Infinity, ratio: Infinity };
  for (let pass = 0; pass < passes; pass++) {
    const taken = Array.from({ length: pairs }, () => ({ bareMs: bare(), ms: subject() }));
    const figure = {
      ms: median(taken.map(({ ms }) => ms)),
      bareMs: median(taken.map(({ bareMs }) => bareMs)),
    };
    const ratio = figure.ms / figure.bareMs;
    if (ratio < best.ratio) best = { ...figure, ratio };
  }
  return best;
}
