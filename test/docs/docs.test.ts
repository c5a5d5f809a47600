import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compile, isWorkflow } from 'wf-sdk';
import { loadPipeline } from '../../packages/cli/src/load/load-pipeline.ts';
import { type Block, blocksIn } from './blocks.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside the workspace, so that the blocks' imports are found as a reader's are.
const folder = path.join(root, 'test', 'docs', '.blocks');
const blocks = blocksIn(root);

function fileOf(block: Block): string {
  return path.join(folder, `${block.place.replaceAll(/[/:.]/g, '-')}.ts`);
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const block of blocks) writeFileSync(fileOf(block), block.code);
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

  it.each(blocks)('runs as shown: $place', async (block) => {
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
