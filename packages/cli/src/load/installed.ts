import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Where an ES module in this folder sees the package, as Node looks it up; `undefined` where it does not. Asking a resolver is not enough: it also
 * follows NODE_PATH, which pnpm sets to its own store and which ES modules do not have.
 */
export function installedIn(name: string, folder: string): string | undefined {
  const own = join(folder, 'node_modules', name);
  if (existsSync(own)) return own;
  if (packageName(folder) === name) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : installedIn(name, parent);
}

function packageName(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}
