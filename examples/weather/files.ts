import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

export const WEATHER_CSV = require.resolve('vega-datasets/data/weather.csv');
export const NORMALS_CSV = require.resolve('vega-datasets/data/seattle-weather-hourly-normals.csv');
const OUT = fileURLToPath(new URL('./out', import.meta.url));

/** Another attempt at these gives the same answer. */
const FINAL = new Set<unknown>(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM']);

export function readText(path: string, signal: AbortSignal): Promise<string> {
  return readFile(path, { encoding: 'utf8', signal });
}

/** Writes a file, makes its folder where it is missing, and gives the file's full path. */
export async function save(folder: string | undefined, name: string, text: string, signal: AbortSignal) {
  const out = resolve(folder ?? OUT);
  await mkdir(out, { recursive: true });
  const path = join(out, name);
  await writeFile(path, text, { signal });
  return path;
}

/** Whether a failed read may go well the next time: out of file handles, a busy disk, a timeout. */
export function mayRecover(error: unknown): boolean {
  return !(error instanceof Error && 'code' in error && FINAL.has(error.code));
}
