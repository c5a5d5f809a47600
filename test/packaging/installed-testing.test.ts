import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilers } from '../types/compilers.mjs';
import { install, packAll } from './install.mjs';
import { repository } from './pack.mjs';
import { type Ended, start as startIn } from './start.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'wf-sdk-testing-')));
const tarballs = path.join(root, 'tarballs');
/** One without vitest, and one in which a user has it and copies of the examples. */
const [plain, tested] = [path.join(root, 'plain'), path.join(root, 'tested')];
const EXAMPLES = ['hello', 'orders', 'primes', 'weather'];

beforeAll(async () => {
  mkdirSync(tarballs);
  await packAll(tarballs);
  await Promise.all([
    install(plain, tarballs),
    install(tested, tarballs, ['zod@4', '@types/node@20', 'vitest@4', 'vega-datasets@2.9.0']),
  ]);
  for (const example of EXAMPLES) {
    cpSync(path.join(repository, 'examples', example), path.join(tested, example), {
      recursive: true,
      filter: (file) => !['node_modules', 'package.json', 'out'].includes(path.basename(file)),
    });
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function start(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  return startIn(program, args, { cwd, cache: path.join(root, 'cache') });
}

const ETL = `import { workflow } from 'wf-sdk';
import { expectResult, testRun } from 'wf-sdk/testing';

export const etl = workflow('etl')
  .addTask('extract').retry({ attempts: 2, delay: '1h' }).run(() => ['a', 'b'])
  .addTask('load').dependsOn('extract').run(({ extract }) => extract.length);
const result = await testRun(etl, { failures: { extract: [new Error('busy')] } });
expectResult(result).toHaveRun('extract', { attempts: 2 });
expectResult(result).toHaveOutput('load', 2);
`;

describe('wf-sdk/testing without vitest', () => {
  it('runs a workflow in virtual time and asserts on it', async () => {
    writeFileSync(path.join(plain, 'etl.mjs'), `${ETL}console.log(result.elapsedMs);`);
    const { code, stdout, stderr } = await start(process.execPath, ['etl.mjs'], plain);
    expect([code, stdout, stderr]).toEqual([0, '3600000\n', '']);
  });

  it('says what is missing where the matchers are registered', async () => {
    const script = `await import('wf-sdk/testing/vitest')`;
    const { code, stderr } = await start(process.execPath, ['--input-type=module', '-e', script], plain);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot find package 'vitest'`);
  });
});

describe('wf-sdk/testing with vitest', () => {
  it('passes the tests of every example, copied into a project', async () => {
    const { code, stdout } = await start('npx', ['vitest', 'run'], tested);
    expect(stdout).toMatch(/ ✓ hello\/pipeline\.test\.ts \(3 tests\)/);
    for (const example of EXAMPLES) expect(stdout).toContain(` ✓ ${example}/pipeline.test.ts`);
    expect(stdout).toMatch(/ Test Files {2}4 passed \(4\)/);
    expect(code).toBe(0);
  });

  it('draws a workflow into the test that asks for it', async () => {
    const draft = `import { expect, test } from 'vitest';
import 'wf-sdk/testing/vitest';
import hello from './hello/pipeline.ts';
test('is drawn', () => {
  expect(hello).toMatchGraph();
});
`;
    writeFileSync(path.join(tested, 'draft.test.ts'), draft);
    const first = await start('npx', ['vitest', 'run', 'draft.test.ts'], tested);
    expect(first.stdout).toMatch(/Snapshots {2}1 written/);
    const second = await start('npx', ['vitest', 'run', 'draft.test.ts'], tested);
    expect(second.stdout).not.toContain('Snapshots');
    expect(second.code).toBe(0);
  });
});

describe('its types', () => {
  const [oldest, newest] = [compilers[0], compilers.at(-1)];
  const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' };
  const bundler = { module: 'esnext', moduleResolution: 'bundler' };
  const options = {
    target: 'es2022',
    lib: ['es2023'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  };

  /** What a compiler says of these files of a project. */
  async function compile(
    compiler: (typeof compilers)[number] | undefined,
    project: string,
    compilerOptions: object,
    files: readonly string[],
  ): Promise<string> {
    if (compiler === undefined) throw new Error('no compiler');
    const name = `tsconfig.${compiler.version}.json`;
    writeFileSync(
      path.join(project, name),
      JSON.stringify({ compilerOptions: { ...options, ...compilerOptions }, files }),
    );
    return (await start(process.execPath, [compiler.tsc, '-p', name, '--pretty', 'false'], project)).stdout;
  }

  it.each([
    { compiler: oldest, setting: nodenext },
    { compiler: newest, setting: bundler },
  ])(
    'need nothing of Node for TypeScript $compiler.version under $setting.moduleResolution',
    async ({ compiler, setting }) => {
      writeFileSync(
        path.join(plain, 'uses.ts'),
        `${ETL}// @ts-expect-error -- a task that is not there
        expectResult(result).toHaveRun('extrct');
        // @ts-expect-error -- a stub that is no list of strings
        await testRun(etl, { stubs: { extract: 5 } });`,
      );
      const settings = { ...setting, types: [], lib: ['es2023', 'dom'], skipLibCheck: false };
      expect(await compile(compiler, plain, settings, ['uses.ts'])).toBe('');
    },
  );

  it.each([
    { compiler: oldest, setting: bundler },
    { compiler: newest, setting: nodenext },
  ])(
    "give vitest's expect the matchers for TypeScript $compiler.version under $setting.moduleResolution",
    async ({ compiler, setting }) => {
      // vitest's own declarations are not what is tested here.
      const settings = { ...setting, types: ['node'], skipLibCheck: true };
      const files = EXAMPLES.map((example) => `${example}/pipeline.test.ts`);
      expect(await compile(compiler, tested, settings, files)).toBe('');
    },
  );
});
