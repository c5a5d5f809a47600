import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A fenced block of TypeScript in a page. */
export interface Block {
  /** `docs/run.md:12`, the line where its code begins. */
  readonly place: string;
  readonly code: string;
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

function blocksOf(page: string, text: string): readonly Block[] {
  return Array.from(text.matchAll(/^```ts(?: file=(\S+))?\n(.*?)^```$/gms), (match) => {
    const line = text.slice(0, match.index).split('\n').length + 1;
    return { place: `${page}:${line}`, file: match[1], code: match[2] ?? '' };
  });
}
