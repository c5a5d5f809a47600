import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, expect, test } from 'vitest';

import { compile, compilers, newest, options } from './compilers.mjs';
import { withProject } from './workspace.mjs';

// What users compile against is not the sources but the declarations emitted from them; and users emit declarations of
// their own, in which every type that a workflow is made of must have a name that can be imported.

const core = path.join(import.meta.dirname, '../../packages/core');

const consumer = `
import { compile, fragment, graph, type InputOf, type OutputsOf, run, task, workflow } from '@wf-sdk/core';
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
// @ts-expect-error -- nor are the IDs
report.addTask('x').dependsOn('y');
`;

const { customConditions: _, rewriteRelativeImportExtensions: __, noEmit: ___, ...strict } = options;
const settings = { ...strict, skipLibCheck: false, declaration: true, outDir: 'out', isolatedModules: true };

/** Compiles the consumer in a folder where the package is installed as it is published, declarations only. */
async function diagnosticsOf(folder: string, compiler: (typeof compilers)[number], resolution: object): Promise<unknown> {
  const config = { compilerOptions: { ...settings, ...resolution }, files: ['consumer.ts'] };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  return (await compile(compiler, folder)).diagnostics;
}

test.each(compilers)('the declarations are complete, TypeScript $version', async (compiler) => {
  await withProject({ 'consumer.ts': consumer }, async (folder) => {
    const installed = path.join(folder, 'node_modules/@wf-sdk/core');
    await mkdir(installed, { recursive: true });
    await emitTo(installed);
    for (const [dependency, from] of [['zod', core], ['@standard-schema/spec', core]] as const) {
      const target = path.join(folder, 'node_modules', dependency);
      await mkdir(path.dirname(target), { recursive: true });
      await symlink(path.join(from, 'node_modules', dependency), target, 'dir');
    }
    expect(await diagnosticsOf(folder, compiler, { module: 'nodenext', moduleResolution: 'nodenext' })).toEqual([]);
    expect(await diagnosticsOf(folder, compiler, { module: 'esnext', moduleResolution: 'bundler' })).toEqual([]);
    const emitted = await readFile(path.join(folder, 'out/consumer.d.ts'), 'utf8');
    expect(emitted).not.toMatch(/\bany\b|core\/dist|core\/src/);
  });
});

let manifest: { publishConfig: { exports: unknown } };
beforeAll(async () => {
  manifest = JSON.parse(await readFile(path.join(core, 'package.json'), 'utf8')) as typeof manifest;
});

async function emitTo(folder: string): Promise<void> {
  const published = { ...manifest, exports: manifest.publishConfig.exports };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(published));
  const build = {
    extends: path.join(core, 'tsconfig.build.json'),
    compilerOptions: { outDir: 'dist', rootDir: path.join(core, 'src'), declaration: true, composite: false, incremental: false, tsBuildInfoFile: null },
    include: [path.join(core, 'src')],
    exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/*.oracle.ts'].map((glob) => path.join(core, 'src', glob)),
  };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(build));
  expect((await compile(newest, folder)).diagnostics).toEqual([]);
}
