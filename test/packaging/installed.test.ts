import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksIn } from '../docs/blocks.ts';
import { compilers } from '../types/compilers.mjs';
import { install, packAll } from './install.mjs';
import { repository } from './pack.mjs';
import { type Ended, start as startIn } from './start.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'wf-sdk-installed-')));
const projects = [path.join(root, 'plain'), path.join(root, 'with a space', 'project')] as const;
const [project] = projects;

/** The README's first pipeline, and its second, which has an input and fetches it. */
const [hello = '', report = ''] = blocksIn(repository)
  .filter(({ place, code }) => place.startsWith('README.md:') && code.includes('export default'))
  .map(({ code }) => code);

/** A pipeline of commands, one of which is not there. */
const COMMAND = `import { workflow } from 'wf-sdk';
import { shell, ShellError } from 'wf-sdk/tasks';
export default workflow('commands')
  .addTask('version').run(shell(['node', '--version']))
  .addTask('length').dependsOn('version').run(({ version }) => version.length > 0)
  .addTask('missing').allowFailure().run(shell(['nowhere-to-be-found']))
  .addTask('said').dependsOn('missing').triggerRule('all_done')
  .run(({ missing }) => missing.status === 'failed' && missing.error instanceof ShellError ? missing.error.reason : 'nothing')
  .output(({ length, said }) => [length, said] as const);
`;

beforeAll(async () => {
  const tarballs = path.join(root, 'tarballs');
  mkdirSync(tarballs);
  await packAll(tarballs);
  const prepared = projects.map(async (folder) => {
    // What a user of zod and TypeScript has; nothing of the workspace.
    await install(folder, tarballs, ['zod@4', '@types/node@20']);
    writeFileSync(path.join(folder, 'hello.ts'), hello);
    writeFileSync(path.join(folder, 'report.ts'), report);
    writeFileSync(path.join(folder, 'command.ts'), COMMAND);
  });
  await Promise.all(prepared);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function start(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  return startIn(program, args, { cwd, cache: path.join(root, 'cache') });
}

/** `npx wf-sdk …`, which must not go and fetch another package of that name. */
function npx(cwd: string, ...args: string[]): Promise<Ended> {
  return start('npx', ['--no', 'wf-sdk', ...args], cwd);
}

describe.each(projects)('installed from tarballs in %s', (folder) => {
  it('runs the first pipeline of the README', async () => {
    const { code, stderr } = await npx(folder, 'run', 'hello.ts');
    expect(stderr).toMatch(/✔ success {2}3 of 3 tasks succeeded[^]*\noutput\nHello, world!\n$/);
    expect(code).toBe(0);
  });

  it('runs commands', async () => {
    const { code, stderr } = await npx(folder, 'run', 'command.ts');
    expect(stderr).toMatch(/\noutput\n\[\s+true,\s+"not_started"\s+\]\n$/);
    expect(stderr).not.toContain('node_modules');
    expect(code).toBe(0);
  });

  describe('with the pipeline of the README that has an input', () => {
    let server: Server;
    let source: string;
    beforeAll(async () => {
      const rows = [
        { city: 'Rome', degrees: 31 },
        { city: 'Athens', degrees: 35 },
      ];
      server = createServer((request, response) => {
        const known = request.url === '/rows?day=2026-01-31';
        response.writeHead(known ? 200 : 404, { 'content-type': 'application/json', connection: 'close' });
        response.end(JSON.stringify(rows));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows`;
    });
    afterAll(() => server.close());

    it('runs it with its flags', async () => {
      const { code, stderr } = await npx(
        folder,
        'run',
        'report.ts',
        '--day',
        '2026-01-31',
        '--source',
        source,
      );
      expect(stderr).toMatch(/\noutput\nAthens\n$/);
      expect(code).toBe(0);
    });

    it('tries once where the pipeline says that trying again is no use', async () => {
      const { code, stderr } = await npx(
        folder,
        'run',
        'report.ts',
        '--day',
        '2026-02-01',
        '--source',
        source,
      );
      expect(stderr).toContain(
        '✖ extract\n    NonRetryableError: no rows for 2026-02-01\n      at report.ts:',
      );
      expect(code).toBe(1);
    });

    it('refuses what does not fit', async () => {
      const { code, stderr } = await npx(folder, 'run', 'report.ts', '--source', 'nowhere');
      expect(stderr).toContain('--day');
      expect(stderr).toContain('--source');
      expect(code).toBe(2);
    });
  });
});

describe('its types', () => {
  const [oldest, newest] = [compilers[0], compilers.at(-1)];
  const node = { types: ['node'], lib: ['es2023'] };
  const browser = { types: [], lib: ['es2023', 'dom'] };
  const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' };
  const bundler = { module: 'esnext', moduleResolution: 'bundler' };
  const cases = [
    { compiler: oldest, setting: nodenext, around: node },
    { compiler: oldest, setting: bundler, around: browser },
    { compiler: newest, setting: nodenext, around: node },
    { compiler: newest, setting: nodenext, around: browser },
    { compiler: newest, setting: bundler, around: node },
    { compiler: newest, setting: bundler, around: browser },
  ];

  beforeAll(() => {
    writeFileSync(
      path.join(project, 'uses.ts'),
      `import { run } from 'wf-sdk';
      import hello from './hello.ts';
      const result = await run(hello);
      const right: string | undefined = result.output;
      // @ts-expect-error -- a package without types would give \`any\`, and no error here
      const wrong: number | undefined = result.output;
      export { right, wrong };`,
    );
  });

  it.each(cases)(
    'are there for TypeScript $compiler.version under $setting.moduleResolution with $around.lib',
    async ({ compiler, setting, around }) => {
      if (compiler === undefined) throw new Error('no compiler');
      const name = `tsconfig.${compiler.version}.${setting.module}.${around.lib.at(-1)}.json`;
      const compilerOptions = {
        ...setting,
        ...around,
        target: 'es2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        noEmit: true,
        allowImportingTsExtensions: true,
      };
      writeFileSync(
        path.join(project, name),
        JSON.stringify({ compilerOptions, files: ['uses.ts', 'hello.ts', 'report.ts', 'command.ts'] }),
      );
      const { code, stdout } = await start(
        process.execPath,
        [compiler.tsc, '-p', name, '--pretty', 'false'],
        project,
      );
      expect(stdout).toBe('');
      expect(code).toBe(0);
    },
  );
});

describe('wf-sdk', () => {
  /** The names that a list of exports gives, types included. */
  function exported(declarations: string): string[] {
    const lists = [...declarations.matchAll(/^export (?:type )?\{([^}]*)\}/gms)].flatMap(([, list = '']) =>
      list.split(','),
    );
    return lists
      .map((name) =>
        name
          .trim()
          .replace(/^type /, '')
          .replace(/^.* as /, ''),
      )
      .filter((name) => name !== '')
      .sort();
  }

  it('exports exactly the names of @wf-sdk/core', async () => {
    const declarations = ['wf-sdk', '@wf-sdk/core'].map((name) =>
      readFileSync(path.join(project, 'node_modules', name, 'dist/index.d.ts'), 'utf8'),
    );
    const [umbrella, core] = declarations.map(exported);
    expect(umbrella?.length).toBeGreaterThan(40);
    expect(umbrella).toEqual(core);
    for (const text of declarations) expect(text).not.toMatch(/^export (?!type \{|\{)/m);
    const names = `import * as a from 'wf-sdk'; import * as b from '@wf-sdk/core';
      console.log(JSON.stringify([Object.keys(a), Object.keys(b), a.workflow === b.workflow]));`;
    const { stdout } = await start(process.execPath, ['--input-type=module', '--eval', names], project);
    const [values, coreValues, same] = JSON.parse(stdout) as [string[], string[], boolean];
    expect(values.length).toBeGreaterThan(20);
    expect(values).toEqual(coreValues);
    expect(same).toBe(true);
  });

  it('has one copy of core', () => {
    expect(existsSync(path.join(project, 'node_modules/@wf-sdk/core/package.json'))).toBe(true);
    expect(existsSync(path.join(project, 'node_modules/wf-sdk/node_modules'))).toBe(false);
  });

  it('runs a pipeline outside of any project, and shares core and zod with it', async () => {
    const elsewhere = path.join(root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(
      path.join(elsewhere, 'pipeline.ts'),
      `import { CancelledError, NonRetryableError, run, TimeoutError, workflow } from 'wf-sdk';
      import { z } from 'zod';
      const slow = workflow('slow').addTask('t').timeout(1).run((_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)));
      export default workflow('lent', { input: z.object({ n: z.int().default(1).describe('A number') }) })
        .addTask('inner').run(async () => (await run(slow)).tasks.t.error instanceof TimeoutError)
        .addTask('outer').dependsOn('inner').retry({ attempts: 3 }).run(({ inner, input }) => {
          throw new NonRetryableError(JSON.stringify({ inner, n: input.n }));
        });`,
    );
    const installed = path.join(project, 'node_modules/.bin/wf-sdk');
    const { code, stderr } = await start(installed, ['run', 'pipeline.ts'], elsewhere);
    expect(stderr).toContain('✖ outer\n    NonRetryableError: {"inner":true,"n":1}\n');
    expect(code).toBe(1);
    const help = await start(installed, ['run', 'pipeline.ts', '--help'], elsewhere);
    expect(help.stdout).toContain('A number (default: 1)');
  });

  it('runs a pipeline of a project that has its own copy, without mixing the two', async () => {
    const [, other] = projects;
    const { code, stderr } = await start(
      path.join(project, 'node_modules/.bin/wf-sdk'),
      ['run', 'hello.ts'],
      other,
    );
    expect(stderr).toContain('Hello, world!');
    expect(code).toBe(0);
    cpSync(path.join(project, 'report.ts'), path.join(other, 'again.ts'));
    const failed = await start(
      path.join(project, 'node_modules/.bin/wf-sdk'),
      ['run', 'again.ts', '--day', '2026-01-31', '--source', 'http://127.0.0.1:1/'],
      other,
    );
    expect(failed.stderr).toMatch(/✖ extract after 3 attempts\n {4}TypeError: fetch failed/);
    expect(failed.code).toBe(1);
  });
});
