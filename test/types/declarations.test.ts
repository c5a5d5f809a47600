import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { expect, test } from 'vitest';

import { compile, compilers, newest, options } from './compilers.mjs';
import { withProject } from './workspace.mjs';

const TIMEOUT_MS = 120_000; // six compilations, libraries checked too: 20 s on an idle machine

// What users compile against is not the sources but the declarations emitted from them; and users emit declarations of
// their own, in which every type that a workflow is made of must have a name that can be imported.

const core = path.join(import.meta.dirname, '../../packages/core');

const consumer = `
import { compile, fragment, graph, type InputOf, on, type OutputsOf, run, skip, task, workflow } from '@wf-sdk/core';
import { z } from 'zod';

export const shout = task({ name: 'shout', input: z.object({ text: z.string() }), run: ({ text }) => text.toUpperCase() });
export const part = fragment<{ rows: number[] }>().addTask('sum').dependsOn('rows').run(({ rows }) => rows.length).exports('sum');
const g = graph<{ day: string }>();
export const first = g.addTask('first').run(({ input }) => new Date(input.day));
export const report = workflow('report', { version: '1.0.0', input: z.object({ day: z.iso.date(), limit: z.number().default(1) }) })
  .addTask('rows').retry({ attempts: 3, delay: '1s' }).run(async ({ input }, { signal }) => (signal.aborted ? [] : [input.limit]))
  .use(part)
  .addTasks(first)
  .addTask('text').dependsOn('sum', 'first').run(({ sum, first }) => ({ text: first.toISOString() + sum.toFixed() }))
  .addTask('shout').dependsOn('text').run(shout, ({ text }) => text);
export const controlled = report
  .addTask('guarded').dependsOn('rows').triggerRule('all_done').when(({ rows }) => rows.status === 'succeeded').run(({ rows }) => rows)
  .addTask('items').dependsOn('rows').forEach(({ rows }) => rows, { join: 'allSettled' }).fallback(null).run(({ item }) => item)
  .addTask('rescued').fallback(skip).recover([on(RangeError).value((error) => error.message)]).run(() => 1)
  .addTask('undone').teardownOf('rows').compensate((count: number) => count).run(({ rows }) => rows.length)
  .addTask('slept').dependsOn('items').sleep('1s')
  .addTask('child').runWorkflow(() => other);
const other = workflow('other', { failurePolicy: 'leaves' }).addTask('one').run(() => 1);
export const rules = [on('E_BUSY').retry(), on(Error).escalate()];
export const half = report.addTask('half').dependsOn('rows').triggerRule('none_failed').allowFailure();
export const begun = report.addTask('begun').teardownOf('rows');
export const limited = report.addTask('limited').compensate((day: Date) => day).forEach(() => [1]);
export const leaves = other;
export const unfinished = report.addTask('more').dependsOn('rows');
export default report.output(({ shout }) => shout.length);

export const input: InputOf<typeof report> = { day: '2026-11-20' };
export const handle = run(report, input);
export async function shouted(): Promise<string | undefined> {
  const result = await handle;
  const outputs: Partial<OutputsOf<typeof report>> = result.outputs;
  return result.outcome === 'success' ? result.outputs.shout : outputs.shout;
}
export const plan = compile(report);
// @ts-expect-error -- the types are there, not any
run(report, { day: 1 });
export async function control(): Promise<string | undefined> {
  const result = await run(controlled, input);
  if (result.outcome !== 'success') return undefined;
  const { guarded, items, rescued } = result.outputs;
  // @ts-expect-error -- it may have been skipped
  guarded.status;
  items?.map((one) => (one.status === 'succeeded' ? one.value.toFixed() : one.error.message));
  return typeof rescued === 'string' ? rescued : rescued?.toFixed();
}
// @ts-expect-error -- nor are the IDs
report.addTask('x').dependsOn('y');
`;

// As strict as the workspace, but without what finds its sources.
const settings = {
  ...options,
  customConditions: undefined,
  rewriteRelativeImportExtensions: undefined,
  noEmit: undefined,
  skipLibCheck: false,
  declaration: true,
  outDir: 'out',
};

test(
  'the declarations are complete, for every TypeScript and resolution',
  async () => {
    await withProject({ 'consumer.ts': consumer }, async (folder) => {
      await install(folder);
      for (const compiler of compilers) {
        for (const [module, moduleResolution] of [
          ['nodenext', 'nodenext'],
          ['esnext', 'bundler'],
        ]) {
          const compilerOptions = { ...settings, module, moduleResolution };
          const config = { compilerOptions, files: ['consumer.ts'] };
          await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
          const { diagnostics, output } = await compile(compiler, folder);
          expect({ ...compiler, moduleResolution, diagnostics }).toEqual({
            ...compiler,
            moduleResolution,
            diagnostics: [],
          });
          expect(output).toContain('Instantiations:');
          const emitted = await readFile(path.join(folder, 'out/consumer.d.ts'), 'utf8');
          expect(emitted).toContain('Task<"first", Date, never, "input">');
          expect(emitted).not.toMatch(/\bany\b|core\/dist|core\/src/);
          await rm(path.join(folder, 'out'), { recursive: true });
        }
      }
    });
  },
  TIMEOUT_MS,
);

/** Puts the package where the consumer finds it, as it is published but for the JavaScript. */
async function install(folder: string): Promise<void> {
  const installed = path.join(folder, 'node_modules/@wf-sdk/core');
  await mkdir(installed, { recursive: true });
  const manifest = JSON.parse(await readFile(path.join(core, 'package.json'), 'utf8')) as Manifest;
  const published = { ...manifest, exports: manifest.publishConfig.exports };
  await writeFile(path.join(installed, 'package.json'), JSON.stringify(published));
  const dist = path.join(installed, 'dist');
  const parameters = ['--outDir', dist, '--tsBuildInfoFile', path.join(dist, '.tsbuildinfo')];
  const emit = await compile(newest, path.join(core, 'tsconfig.build.json'), parameters);
  expect(emit.diagnostics).toEqual([]);
  for (const dependency of ['zod', ...Object.keys(manifest.dependencies)]) {
    const target = path.join(folder, 'node_modules', dependency);
    await mkdir(path.dirname(target), { recursive: true });
    await symlink(path.join(core, 'node_modules', dependency), target, 'dir');
  }
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly publishConfig: { readonly exports: unknown };
}
