import { compile, compilers, newest, options } from '../types/compilers.mjs';
import { chain, EMPTY, largeWorkflows, MOST_FOR_TWICE } from '../types/generate.mjs';
import { withProject } from '../types/workspace.mjs';
import { toText } from './table.mjs';

// Prints what the type checker spends on large workflows: the figure is instantiations, which are exact; the time is
// this machine's. The targets are for the newest TypeScript (test/types/cost.test.ts holds them). What one chain is too
// long for is said as it is: an older compiler overflows its stack there.

const tooLong = { label: 'chain of 400, advised against', source: chain(400), most: undefined };
const [half, whole] = ['500 by reference', '1,000 by reference'];

for (const compiler of compilers) {
  /** @type {import('./table.mjs').Row[]} */
  const rows = [];
  const base = (await measure(compiler, EMPTY)).figures.instantiations;
  for (const { label, source, most } of [...largeWorkflows, tooLong]) {
    const { output, diagnostics, figures } = await measure(compiler, source);
    if (Number.isNaN(figures.instantiations) || diagnostics.length > 0) {
      const broken = output.includes('Maximum call stack') ? 'stack overflow' : diagnostics[0]?.message;
      rows.push({ label, measured: broken ?? 'broke down' });
      continue;
    }
    const target = compiler === newest && most !== undefined ? { target: { most } } : {};
    rows.push({
      label,
      measured: `${figures.checkSeconds.toFixed(2)} s`,
      figure: figures.instantiations - base,
      ...target,
    });
  }
  const figure = (/** @type {string | undefined} */ name) =>
    rows.find(({ label }) => label === name)?.figure ?? Number.NaN;
  const ratio = figure(whole) / figure(half);
  rows.push({ label: `${whole} ÷ 500`, measured: '', figure: ratio, target: { most: MOST_FOR_TWICE } });
  console.log(`${toText({ title: `TypeScript ${compiler.version}: instantiations`, rows })}\n`);
}

/**
 * @param {import('../types/compilers.mjs').Compiler} compiler
 * @param {string} source
 */
function measure(compiler, source) {
  const project = { 'large.ts': source, 'tsconfig.json': { compilerOptions: options, files: ['large.ts'] } };
  return withProject(project, (folder) => compile(compiler, folder));
}
