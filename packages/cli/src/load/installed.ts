import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Whether an ES module in this folder sees the package, as Node looks it up. Asking a resolver is not enough: it also
 * follows NODE_PATH, which pnpm sets to its own store and which ES modules do not have.
 */
export function isInstalled(name: string, folder: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true;
  if (packageName(folder) === name) return true;
  const parent = dirname(folder);
  return parent !== folder && isInstalled(name, parent);
}

function packageName(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}
