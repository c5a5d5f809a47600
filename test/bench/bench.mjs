import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { binaryOf } from '../nodes/binaries.mjs';
import { bestOf, isFailed, isMissed, toText } from './table.mjs';
import { tables } from './tables.mjs';

// Prints what wf-sdk costs beside what it may cost (targets.mjs), from the built packages. `npm run bench` takes some
// minutes; with `--check` it is quick, and fails where a target is missed by more than half.

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    /** Node versions to install from npm and to measure, such as 20,24. @default the Node that runs this */
    nodes: { type: 'string' },
    /** Names of tables. @default all */
    only: { type: 'string' },
  },
});
const wanted = values.only?.split(',');
const worker = fileURLToPath(new URL('measure-table.mjs', import.meta.url));
const binaries =
  values.nodes === undefined ? [process.execPath] : await Promise.all(values.nodes.split(',').map(binaryOf));
/** @type {import('./table.mjs').Row[]} */
const rows = [];

for (const binary of binaries) {
  console.log(`Node ${execFileSync(binary, ['--version'], { encoding: 'utf8' })}`);
  for (const source of tables) {
    if (wanted !== undefined && !wanted.includes(source.name)) continue;
    let table = await measured(binary, source);
    // What fails is measured again, in a new process: the best of five counts.
    for (let again = 1; values.check && again < 5 && table.rows.some(isFailed); again++)
      table = bestOf(table, await measured(binary, source));
    rows.push(...table.rows);
    console.log(`${toText(table)}\n`);
  }
}

const failed = rows.filter(isFailed);
console.log(
  `${rows.filter(({ target }) => target !== undefined).length} targets, ${rows.filter(isMissed).length} missed, ` +
    `${failed.length} by more than half`,
);
if (values.check && failed.length > 0) process.exitCode = 1;

/**
 * @param {string} execPath
 * @param {import('./tables.mjs').TableSource} source
 * @returns {Promise<import('./table.mjs').Table>}
 */
async function measured(execPath, { module, argument, flags }) {
  const mode = values.check ? 'check' : 'full';
  const child = fork(worker, [module, argument, mode], { execPath, execArgv: [...flags] });
  /** @type {import('./table.mjs').Table | undefined} */
  let table;
  child.on('message', (message) => {
    table = /** @type {import('./table.mjs').Table} */ (message);
  });
  const [code] = /** @type {[number | null]} */ (await once(child, 'exit'));
  if (table === undefined) throw new Error(`${module} ${argument} ended with ${code} and gave no table`);
  return table;
}
