import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedIn } from './installed.ts';
import type { Resolved } from './resolve.ts';

const EXACT: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs', '.json']);

/**
 * The cases that need no resolver: a file named in full, and `wf-sdk` and `zod` where the importer's own copy is the
 * command's, or it has none. `undefined` where a resolver has to look.
 */
export function resolveAtOnce(specifier: string, importer: string): Resolved | undefined {
  const folder = dirname(importer);
  if (/^\.{1,2}\//.test(specifier)) {
    const path = resolve(folder, specifier);
    return EXACT.has(extname(path)) && isFile(path) ? { path, fromPackage: false } : undefined;
  }
  const name = /^(wf-sdk|zod)(?:\/|$)/.exec(specifier)?.[1];
  if (name === undefined || mayHavePaths(folder)) return undefined;
  const installed = installedIn(name, folder);
  if (installed !== undefined && realpathSync(installed) !== ownCopy(name)) return undefined;
  try {
    return { path: fileURLToPath(import.meta.resolve(specifier)), fromPackage: true };
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function ownCopy(name: string): string {
  return realpathSync(dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))));
}

/** Whether a tsconfig.json could give names another meaning; one that builds on another may get them from there. */
function mayHavePaths(folder: string): boolean {
  try {
    return /"(?:paths|extends)"/.test(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
  } catch {
    const parent = dirname(folder);
    return parent !== folder && mayHavePaths(parent);
  }
}
