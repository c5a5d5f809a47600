import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compile, isWorkflow } from 'wf-sdk';
import { loadPipeline } from '../../packages/cli/src/load/load-pipeline.ts';
import { type Block, blocksIn, type Runner } from './blocks.ts';
import { type Ended, runNodeTest, runVitest } from './run-tests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside the workspace, so that the blocks' imports are found as a reader's are.
const folder = path.join(root, 'test', 'docs', '.blocks');
const blocks = blocksIn(root);
/** A block of tests that is a file of an example is run there, beside its pipeline. */
const ownBlocks = blocks.filter(({ runner, file }) => runner === 'module' || file === undefined);

function fileOf({ place, runner }: Block): string {
  const kind = runner === 'module' ? '' : `.${runner.replace(':', '-')}`;
  return path.join(folder, `${place.replaceAll(/[/:.]/g, '-')}${kind}.ts`);
}

function blocksFor(runner: Runner): readonly Block[] {
  return ownBlocks.filter((block) => block.runner === runner);
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const block of ownBlocks) writeFileSync(fileOf(block), block.code);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the pages', () => {
  it('have blocks of code', () => {
    expect(blocks.length).toBeGreaterThan(10);
  });

  it('show code that the type checker accepts', () => {
    const config = {
      extends: '../../../tsconfig.base.json',
      compilerOptions: { noEmit: true, lib: ['es2023'] },
      include: ['*.ts'],
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it.each(blocks.filter(({ file }) => file !== undefined))(
    'shows $file as it is ($place)',
    ({ file = '', code }) => {
      expect(code).toBe(readFileSync(path.join(root, file), 'utf8'));
    },
  );

  it.each(blocksFor('module'))('runs as shown: $place', async (block) => {
    const failed = vi.spyOn(console, 'assert').mockImplementation((holds) => {
      if (!holds) throw new Error(`an assertion of ${block.place} does not hold`);
    });
    const quiet = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const exports = await loadPipeline(fileOf(block), { cwd: root });
    failed.mockRestore();
    quiet.mockRestore();
    expect('default' in exports).toBe(block.code.includes('export default'));
    // What a page exports is a workflow that could be run.
    if (isWorkflow(exports['default'])) compile(exports['default']);
  });
});

describe('the tests in the pages', () => {
  let ended: ReadonlyMap<string, Ended>;
  beforeAll(() => {
    ended = runVitest(root, folder);
  });

  it.each(blocksFor('vitest'))('pass as shown: $place', (block) => {
    const { passed, failures } = ended.get(path.basename(fileOf(block))) ?? { passed: 0, failures: [] };
    expect(failures.join('\n\n')).toBe('');
    // A loop may make more of them.
    const written = block.code.split(/^ *test\(/m).length - 1;
    expect(written).toBeGreaterThan(0);
    expect(passed).toBeGreaterThanOrEqual(written);
  });

  it.each(blocksFor('node:test'))("pass as shown with Node's own test runner: $place", async (block) => {
    const printed = await runNodeTest(fileOf(block));
    expect(printed).toMatch(/pass [1-9]/);
    expect(printed).toContain('fail 0');
  });
});

describe('links between the pages', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...new Set(blocks.map(({ place }) => place.split(':')[0] ?? '')),
  ];
  it.each(pages)('lead somewhere: %s', (page) => {
    const text = readFileSync(path.join(root, page), 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(link)) continue;
      expect(existsSync(path.join(root, path.dirname(page), link)), `${page} links to ${link}`).toBe(true);
    }
  });
});
