import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What runs a block: it is a module that runs when it is loaded, as a pipeline is; or a file of tests, for vitest or for Node's own
 * test runner.
 */
export type Runner = 'module' | 'vitest' | 'node:test';

/** A fenced block of TypeScript in a page. */
export interface Block {
  /** `docs/run.md:12`, the line where its code begins. */
  readonly place: string;
  readonly code: string;
  readonly runner: Runner;
  /** The file that the block is the text of, where it says so. */
  readonly file: string | undefined;
}

/** Every TypeScript block of the README and the pages in docs. */
export function blocksIn(root: string): readonly Block[] {
  const pages = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((page) => page.endsWith('.md'))
    .map((page) => path.join('docs', page));
  return ['README.md', ...pages.toSorted()].flatMap((page) =>
    blocksOf(page, readFileSync(path.join(root, page), 'utf8')),
  );
}

/** The first line of a block says what it is: `ts`, `ts test`, `ts node:test`, `ts file=examples/hello/pipeline.ts`. */
const BLOCK = /^```ts(?: (?<tests>test|node:test))?(?: file=(?<file>\S+))?\n(?<code>.*?)^```$/gms;

function blocksOf(page: string, text: string): readonly Block[] {
  return Array.from(text.matchAll(BLOCK), ({ index, groups = {} }) => {
    const line = text.slice(0, index).split('\n').length + 1;
    const { tests, file, code = '' } = groups;
    const runner = tests === 'test' ? 'vitest' : tests === 'node:test' ? 'node:test' : 'module';
    return { place: `${page}:${line}`, file, runner, code };
  });
}
