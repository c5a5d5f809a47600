import { isAbsolute, relative } from 'node:path';

/** A file as the user would name it from where they stand; absolute where it is not below that folder. */
export function showPath(file: string, cwd: string): string {
  const below = relative(cwd, file);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? file : below;
}
