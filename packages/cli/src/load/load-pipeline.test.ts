import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as zod from 'zod';
import { LoadError } from './load-error.ts';
import { loadPipeline } from './load-pipeline.ts';
import type { ModuleExports } from './modules.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'wf-load-')));
const lendFrom = pathToFileURL(join(root, 'command/dist/bin.js')).href;
let count = 0;

const WF_SDK = {
  'package.json': JSON.stringify({
    name: 'wf-sdk',
    type: 'module',
    exports: { '.': './index.js', './tasks': './tasks.js' },
  }),
  'index.js': `globalThis.wfLoads = (globalThis.wfLoads ?? 0) + 1;
    export class Workflow { constructor(id) { this.id = id } }
    export const workflow = (id) => new Workflow(id);`,
  'tasks.js': `export { Workflow } from './index.js'; export const shell = 'lent';`,
};

beforeAll(() => {
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'));
  // The command's own copies, as npx lays them out.
  write(join(root, 'command/node_modules/wf-sdk'), WF_SDK);
  const zodFolder = dirname(createRequire(import.meta.url).resolve('zod/package.json'));
  symlinkSync(zodFolder, join(root, 'command/node_modules/zod'), 'junction');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

function project(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `project-${(count += 1)}`);
  write(folder, files);
  return folder;
}

async function load(files: Readonly<Record<string, string>>, file = 'pipeline.ts'): Promise<ModuleExports> {
  return loadPipeline(file, { cwd: project(files), lendFrom });
}

async function refusal(files: Readonly<Record<string, string>>, file?: string): Promise<LoadError> {
  const reason: unknown = await load(files, file).then(
    () => new Error('the file was loaded'),
    (error: unknown) => error,
  );
  if (reason instanceof LoadError) return reason;
  throw reason;
}

describe('modules', () => {
  test.each(['pipeline.ts', 'pipeline.mts', 'pipeline.js', 'pipeline.mjs'])(
    '%s with top-level await',
    async (file) => {
      const exports = await load({ [file]: `export default await Promise.resolve('${file}');` }, file);
      expect(exports['default']).toBe(file);
    },
  );

  test('TypeScript that Node cannot strip', async () => {
    const source = `enum Level { Low = 1 }
      namespace Deep { export const x = 2 }
      class Point { constructor(readonly x: number) {} }
      export default [Level.Low, Deep.x, new Point(3).x] satisfies number[];`;
    expect((await load({ 'pipeline.ts': source }))['default']).toEqual([1, 2, 3]);
  });

  test('types are not checked', async () => {
    expect((await load({ 'pipeline.ts': `export const n: number = 'text';` }))['n']).toBe('text');
  });

  test('siblings with, without and with a JavaScript extension, and folders', async () => {
    const exports = await load({
      'pipeline.ts': `import { a } from './a.ts'; import { b } from './b'; import { c } from './c.js';
        import { d } from './d.mjs'; import { e } from './lib'; import type { Gone } from './gone.ts';
        export default [a, b, c, d, e];`,
      ...Object.fromEntries(
        ['a.ts', 'b.ts', 'c.ts', 'd.mts'].map((file) => [file, `export const ${file[0]} = '${file}';`]),
      ),
      'lib/index.ts': `export const e: string = 'lib';`,
    });
    expect(exports['default']).toEqual(['a.ts', 'b.ts', 'c.ts', 'd.mts', 'lib']);
  });

  test('tsconfig paths from the pipeline’s folder, a declaration file among them left aside', async () => {
    const folder = project({
      'flows/tsconfig.json': `{ /* as tsc reads it */ "extends": "../base.json", }`,
      'base.json': `{"compilerOptions":{"paths":{"@/*":["./shared/*"],"typed":["./typed.d.ts"]}}}`,
      'shared/clean.ts': `export const clean = 'cleaned';`,
      'typed.d.ts': 'export const typed: string;',
      'node_modules/typed/package.json': `{"name":"typed","type":"module","exports":"./index.js"}`,
      'node_modules/typed/index.js': `export const typed = 'ran';`,
      'flows/pipeline.ts': `import { clean } from '@/clean.js'; import { typed } from 'typed'; export default [clean, typed];`,
    });
    const exports = await loadPipeline(join(folder, 'flows/pipeline.ts'), { cwd: root, lendFrom });
    expect(exports['default']).toEqual(['cleaned', 'ran']);
  });

  test('a module is evaluated once, however it is reached', async () => {
    const exports = await load({
      'package.json': '{"type":"module"}',
      'tsconfig.json': `{"compilerOptions":{"paths":{"#lib/*":["./*"]}}}`,
      'pipeline.ts': `import { box } from './box'; import { box as same } from './box.js'; import { box as third } from '#lib/box';
        import { viaJs } from './helper.js'; export default [box === same, box === third, box === viaJs];`,
      'helper.js': `export { box as viaJs } from './box.ts';`,
      'box.ts': `export const box: object = {};`,
    });
    expect(exports['default']).toEqual([true, true, true]);
  });

  test('a cycle is seen half-way, as in Node; two imports at once both wait', async () => {
    const exports = await load({
      'pipeline.ts': `import { a } from './a.ts';
        const both = await Promise.all([import('./slow.ts'), import('./slow.ts')]);
        export default [a(), both.map((module) => module.slow)];`,
      'a.ts': `import { b } from './b.ts'; export const a = () => b(); export const name = 'a';`,
      'b.ts': `import { name } from './a.ts'; export const b = () => 'b of ' + name;`,
      'slow.ts': `await new Promise((done) => setTimeout(done, 5)); export const slow = 1;`,
    });
    expect(exports['default']).toEqual(['b of a', [1, 1]]);
  });

  test('import.meta, JSON, CommonJS and Node’s own modules are as in Node', async () => {
    const folder = project({
      'pipeline.ts': `import data, { n } from './data.json' with { type: 'json' };
        import cjs, { x } from './old.js'; import fs, { readFileSync } from 'node:fs';
        export const meta = [import.meta.filename, import.meta.dirname, import.meta.url, import.meta.resolve('./old.js')];
        export default [data.n, n, cjs.x, x, fs.readFileSync === readFileSync];`,
      'data.json': '{"n":1}',
      'old.js': 'exports.x = 2;',
    });
    const exports = await loadPipeline('pipeline.ts', { cwd: folder, lendFrom });
    const url = (file: string): string => pathToFileURL(join(folder, file)).href;
    expect(exports['default']).toEqual([1, 1, 2, 2, true]);
    expect(exports['meta']).toEqual([join(folder, 'pipeline.ts'), folder, url('pipeline.ts'), url('old.js')]);
  });

  test('an edited module is read anew by the next load', async () => {
    const folder = project({
      'pipeline.ts': `export { x as default } from './x';`,
      'x.ts': 'export const x = 1;',
    });
    expect((await loadPipeline('pipeline.ts', { cwd: folder }))['default']).toBe(1);
    write(folder, { 'x.ts': 'export const x = 2;' });
    expect((await loadPipeline('pipeline.ts', { cwd: folder }))['default']).toBe(2);
  });

  test('exports are the values themselves, and nothing is left beside the project', async () => {
    const folder = project({
      'pipeline.ts': `const flow = Object.freeze({ then: undefined, id: 'x' }); export { flow }; export default flow;`,
      'node_modules/x/package.json': '{}',
    });
    const exports = await loadPipeline('pipeline.ts', { cwd: folder, lendFrom });
    expect(Object.keys(exports).sort()).toEqual(['default', 'flow']);
    expect(exports['default']).toBe(exports['flow']);
    expect(Object.isFrozen(exports['default'])).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['node_modules', 'pipeline.ts']);
    expect(readdirSync(join(folder, 'node_modules'))).toEqual(['x']);
  });
});

describe('packages', () => {
  test('wf-sdk and zod are lent, sub-paths too, one instance of each', async () => {
    const exports = await load({
      'pipeline.ts': `import { Workflow, workflow } from 'wf-sdk'; import { Workflow as same, shell } from 'wf-sdk/tasks';
        import { z } from 'zod'; import { z as v4 } from 'zod/v4'; import * as mini from 'zod/mini'; import { deep } from './lib/deep';
        export const loads = globalThis.wfLoads; export const one = [Workflow === same, shell, z === v4, deep === Workflow];
        export const string = mini.string; export { z, Workflow }; export default workflow('x');`,
      'lib/deep.ts': `export { Workflow as deep } from 'wf-sdk';`,
    });
    expect(exports['one']).toEqual([true, 'lent', true, true]);
    expect(exports['loads']).toBe(1);
    expect(exports['z']).toBe(zod.z);
    expect(exports['string']).toBeTypeOf('function');
    const own = (await import(
      pathToFileURL(join(root, 'command/node_modules/wf-sdk/index.js')).href
    )) as ModuleExports;
    expect(exports['Workflow']).toBe(own['Workflow']);
  });

  test('copies beside the pipeline win, decided for each importer', async () => {
    const local = (name: string): Record<string, string> => ({
      [`node_modules/${name}/package.json`]: `{"name":"${name}","type":"module","exports":"./index.js"}`,
      [`node_modules/${name}/index.js`]: `export const from = '${name} beside';`,
    });
    const folder = project({
      ...Object.fromEntries(
        Object.entries({ ...local('zod'), ...local('wf-sdk') }).map(([key, text]) => [`a/${key}`, text]),
      ),
      'a/pipeline.ts': `import { from as z } from 'zod'; import { from as w } from 'wf-sdk'; import { lent } from '../b/x';
        export default [z, w, lent];`,
      'b/x.ts': `import { z } from 'zod'; export const lent = typeof z.string;`,
    });
    const exports = await loadPipeline('a/pipeline.ts', { cwd: folder, lendFrom });
    expect(exports['default']).toEqual(['zod beside', 'wf-sdk beside', 'function']);
  });

  test('a package that names itself gets itself', async () => {
    const exports = await load({
      'package.json': `{"name":"wf-sdk","type":"module","exports":"./self.js"}`,
      'self.js': `export const self = true;`,
      'pipeline.ts': `export { self as default } from 'wf-sdk';`,
    });
    expect(exports['default']).toBe(true);
  });

  test('a local version without that entry is not mixed with ours', async () => {
    const error = await refusal({
      'node_modules/wf-sdk/package.json': `{"name":"wf-sdk","type":"module","exports":"./index.js"}`,
      'node_modules/wf-sdk/index.js': '',
      'pipeline.ts': `import 'wf-sdk/tasks';`,
    });
    expect(error.code).toBe('module_not_found');
    expect(error.message).toContain('The package wf-sdk is installed, but this version has no such entry.');
  });

  test('a linked workspace package is one instance with Node’s, its source may be TypeScript', async () => {
    const folder = project({
      'packages/lib/package.json': `{"name":"lib","type":"module","exports":{".":"./index.js","./src":"./src.ts"}}`,
      'packages/lib/index.js': 'export const box = {};',
      'packages/lib/src.ts': `export const typed: string = 'typed';`,
      'app/pipeline.ts': `import { box } from 'lib'; import { typed } from 'lib/src'; export default [box, typed];`,
    });
    mkdirSync(join(folder, 'app/node_modules'));
    symlinkSync(join(folder, 'packages/lib'), join(folder, 'app/node_modules/lib'), 'junction');
    const exports = await loadPipeline('app/pipeline.ts', { cwd: folder });
    const native = (await import(pathToFileURL(join(folder, 'packages/lib/index.js')).href)) as ModuleExports;
    expect(exports['default']).toEqual([native['box'], 'typed']);
    expect((exports['default'] as unknown[])[0]).toBe(native['box']);
  });

  test('an optional package can be tried', async () => {
    const source = `let code; try { await import('not-installed'); } catch (error) { code = error.code; } export default code;`;
    expect((await load({ 'pipeline.ts': source }))['default']).toBe('ERR_MODULE_NOT_FOUND');
  });
});

describe('stack traces', () => {
  const source = [
    'interface Row { readonly value: string; readonly other?: number }',
    'type Rows = readonly Row[];',
    '',
    `export function handler(rows: Rows, options: { deep?: boolean } = {}): never {`,
    `  const text: string = 'x'; if (options.deep as boolean) { throw new Error('late' as string); }`,
    '  return (undefined as unknown as { value: never }).value;',
    '}',
    `export default (): void => { const a: number = 1; throw new Error('arrow' + String(a)); };`,
  ].join('\n');

  function positions(run: () => void, file: string): string {
    try {
      run();
    } catch (error) {
      const line = (error as Error).stack?.split('\n').find((row) => row.includes(file)) ?? '';
      return /:(\d+:\d+)\)?$/.exec(line)?.[1] ?? line;
    }
    throw new Error('nothing was thrown');
  }

  function place(text: string): string {
    const line = source.split('\n').findIndex((row) => row.includes(text));
    return `${line + 1}:${(source.split('\n')[line]?.indexOf(text) ?? 0) + 1}`;
  }

  test.each(['first', 'cached'])('point at the user’s line and column: %s run', async () => {
    const folder = join(root, 'stacks');
    write(folder, { 'pipeline.ts': source });
    const exports = await loadPipeline('pipeline.ts', { cwd: folder });
    const handler = exports['handler'] as (rows: unknown, options: unknown) => void;
    expect(positions(() => handler([], { deep: true }), 'pipeline.ts')).toBe(place(`new Error('late'`));
    expect(positions(() => handler([], {}), 'pipeline.ts')).toBe(place('value;'));
    expect(positions(exports['default'] as () => void, 'pipeline.ts')).toBe(place(`new Error('arrow'`));
  });
});

describe('refusals', () => {
  test('a syntax error, with its line', async () => {
    const error = await refusal({
      'pipeline.ts': `import './lib/bad.ts';`,
      'lib/bad.ts': 'const a = 1;\nconst b: = 2;\n',
    });
    expect(error.code).toBe('syntax_error');
    expect(error.location).toMatchObject({ line: 2, column: 10 });
    expect(error.message).toBe(
      `Syntax error at ${join('lib', 'bad.ts')}:2:10: Unexpected token\n\n  1 | const a = 1;\n> 2 | const b: = 2;\n    |          ^`,
    );
  });

  test.each<[string, string, RegExp]>([
    [
      'a package',
      `import x from '@acme/tools/x.js';`,
      /^Cannot find '@acme\/tools\/x\.js', imported by pipeline\.ts:1:15\. Run: npm install @acme\/tools\n/,
    ],
    ['a sibling', `import x from './claen.ts';`, /Did you mean '\.\/clean\.ts'\?/],
    ['a sibling without extension', `import x from './lib/claen';`, /There is no folder .*lib\./],
    ['an alias', `import x from '~/clean';`, /"paths" in the tsconfig\.json/],
    ['a module of Node', `import x from 'node:fss';`, /has no such module; did you mean 'node:fs'\?/],
    [
      'an entry of a lent package',
      `import x from 'zod/nope';`,
      /zod is installed, but this version has no such entry/,
    ],
  ])('a missing module: %s', async (_, source, told) => {
    const error = await refusal({ 'pipeline.ts': `${source}\nexport default x;`, 'clean.ts': '' });
    expect(error.code).toBe('module_not_found');
    expect(error.message).toMatch(told);
    expect(error.message).toContain(`> 1 | ${source}`);
    expect(error.location?.line).toBe(1);
  });

  test('a package that misses another', async () => {
    const error = await refusal({
      'pipeline.ts': `import 'half';`,
      'node_modules/half/package.json': `{"name":"half","type":"module","exports":"./index.js"}`,
      'node_modules/half/index.js': `import 'gone/deep';`,
    });
    expect(error.code).toBe('module_not_found');
    expect(error.message).toMatch(
      /^Cannot load pipeline\.ts: Cannot find package 'gone'.*Run: npm install gone$/,
    );
  });

  test('what the module throws, once, with the user’s line and the cause', async () => {
    for (const file of ['pipeline.ts', 'pipeline.mjs', 'pipeline.js']) {
      Reflect.deleteProperty(globalThis, 'attempts');
      const error = await refusal(
        {
          'package.json': '{"type":"module"}',
          [file]: `import { build } from './lib.js';\nexport default build();`,
          'lib.js': `globalThis.attempts = (globalThis.attempts ?? 0) + 1;\nexport const build = () => {\n  throw new TypeError('no rows');\n};`,
        },
        file,
      );
      expect(error.code).toBe('failed_on_import');
      expect(error.message).toContain(
        `${file} failed while it was loaded: TypeError: no rows\n\n  at lib.js:3:9\n`,
      );
      expect(error.message).toContain(`> 3 |   throw new TypeError('no rows');`);
      expect(error.cause).toBeInstanceOf(TypeError);
      expect((error.cause as Error).stack).toMatch(/lib\.js:3:9.*\n.*pipeline\.\w+:2:16/);
      expect(Reflect.get(globalThis, 'attempts')).toBe(1);
    }
  });

  test.each<[string, RegExp]>([
    ['throw "plain";', /it threw plain$/],
    ['throw null;', /it threw null$/],
    [
      `import { workfow } from 'wf-sdk';\nworkfow('x');`,
      /TypeError: workfow is not a function\n\n {2}at pipeline\.ts:2:1\n/,
    ],
    [
      'const f = (): number => f() + 1;\nf();',
      /RangeError: Maximum call stack size exceeded\n\n {2}at pipeline\.ts:1:\d+\n/,
    ],
  ])('%s', async (source, told) => {
    const error = await refusal({ 'pipeline.ts': source });
    expect(error.code).toBe('failed_on_import');
    expect(error.message).toMatch(told);
  });

  test('a top-level await that nothing ends', async () => {
    const loading = refusal({ 'pipeline.ts': 'await new Promise(() => {});' });
    // What Node does when nothing is left to wait for.
    await new Promise((done) => setTimeout(done, 50));
    process.emit('beforeExit', 0);
    expect((await loading).message).toMatch(/^pipeline\.ts never finished loading/);
  });

  test('a tsconfig.json that cannot be read', async () => {
    const error = await refusal({
      'pipeline.ts': `import './x';`,
      'x.ts': '',
      'tsconfig.json': '{"extends":"./gone.json"}',
    });
    expect(error.code).toBe('bad_tsconfig');
    expect(error.message).toContain('gone.json');
  });
});

describe('long chains', () => {
  function chain(tasks: number): string {
    const builder = 'const b: any = { add: (id: string) => b, run: (f: () => number) => b };';
    const calls = Array.from(
      { length: tasks },
      (_, task) => `\n  .add('t${task}').add('d').run((): number => ${task})`,
    );
    return `${builder}\nexport default b${calls.join('')};`;
  }

  test('600 tasks are compiled, though Babel overflows on the main thread', async () => {
    expect((await load({ 'pipeline.ts': chain(600) }))['default']).toHaveProperty('run');
  }, 30_000);

  test('what even V8 cannot take ends in advice', async () => {
    const error = await refusal({ 'pipeline.ts': chain(4000) });
    expect(error.code).toBe('chain_too_long');
    expect(error.message).toMatch(/^pipeline\.ts: .*fragments of 25 to 30 tasks/);
  }, 60_000);
});

test('the compiled files are in the cache folder', async () => {
  const folder = project({ 'pipeline.ts': 'export default 1;' });
  await loadPipeline('pipeline.ts', { cwd: folder });
  const [version = ''] = readdirSync(join(root, 'cache/wf-sdk'));
  const entries = readdirSync(join(root, 'cache/wf-sdk', version)).filter((name) =>
    name.startsWith('pipeline.ts-'),
  );
  const texts = entries.map((name) => readFileSync(join(root, 'cache/wf-sdk', version, name), 'utf8'));
  expect(version).toMatch(/^pipelines-jiti-2\.\d+\.\d+-\d+$/);
  expect(texts.some((text) => text.includes('exports.default = 1'))).toBe(true);
});
