import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { didYouMean } from './did-you-mean.ts';
import { LoadError } from './load-error.ts';
import { showPath } from './show-path.ts';

const EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs'];
const EXTENSIONS_TEXT = 'A pipeline is a .ts, .mts, .js or .mjs file';

/**
 * The real path of the pipeline file that the user named, links resolved as Node does for a main module.
 * @throws LoadError `no_such_file`, `is_a_directory`, `unsupported_file`, `unreadable_file`
 */
export function findPipeline(file: string, cwd: string): string {
  const path = resolve(cwd, file);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw noSuchFile(file, path, cwd);
  if (stats.isDirectory()) throw isADirectory(file, path, cwd);
  const extension = extname(path);
  if (!EXTENSIONS.includes(extension)) throw unsupported(file, extension);
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new LoadError('unreadable_file', `Cannot read ${file}: no permission. Check the file's rights.`, {
      cause,
    });
  }
  return realpathSync(path);
}

function noSuchFile(file: string, path: string, cwd: string): LoadError {
  const folder = dirname(path);
  const entries = list(folder);
  if (entries === undefined) {
    return new LoadError(
      'no_such_file',
      `No such file: ${file}. There is no folder ${showPath(folder, cwd)}.`,
    );
  }
  const name = basename(path);
  const pipelines = entries.filter(isPipelineFile);
  const near =
    pipelines.find((entry) => withoutExtension(entry) === withoutExtension(name)) ??
    didYouMean(name, pipelines) ??
    didYouMean(name, entries);
  const advice =
    near === undefined ? listed(pipelines) : ` Did you mean ${showPath(join(folder, near), cwd)}?`;
  return new LoadError('no_such_file', `No such file: ${file}.${advice}`);
}

function isADirectory(file: string, path: string, cwd: string): LoadError {
  const inside = (list(path) ?? []).filter(isPipelineFile).map((entry) => showPath(join(path, entry), cwd));
  return new LoadError(
    'is_a_directory',
    `${file} is a folder, not a pipeline file.${inside.length === 0 ? ` ${EXTENSIONS_TEXT}.` : listed(inside)}`,
  );
}

function unsupported(file: string, extension: string): LoadError {
  const kind = extension === '' ? 'it has no extension' : `its extension is ${extension}`;
  const renamed = extension === '.tsx' || extension === '.cts' ? 'Rename it to .ts.' : '';
  return new LoadError(
    'unsupported_file',
    `Cannot run ${file}: ${kind}. ${EXTENSIONS_TEXT} written as an ES module. ${renamed}`.trimEnd(),
  );
}

function listed(files: readonly string[]): string {
  if (files.length === 0) return '';
  const more = files.length > 5 ? `, and ${files.length - 5} more` : '';
  return ` The folder has ${files.slice(0, 5).join(', ')}${more}.`;
}

function list(folder: string): string[] | undefined {
  try {
    return readdirSync(folder).sort();
  } catch {
    return undefined;
  }
}

function isPipelineFile(name: string): boolean {
  return EXTENSIONS.includes(extname(name)) && !/\.(?:d|test|test-d|spec|config)\.\w+$/.test(name);
}

function withoutExtension(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
