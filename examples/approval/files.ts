import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Months } from './note.ts';

const require = createRequire(import.meta.url);
const CSV = require.resolve('vega-datasets/data/co2-concentration.csv');

/** What was measured in a year and in the one before it. */
export async function readSeries(year: number): Promise<{ readonly year: Months; readonly before: Months }> {
  const rows = (await readFile(CSV, 'utf8')).trim().split('\n').slice(1);
  const monthsOf = (wanted: number): Months =>
    rows.filter((row) => row.startsWith(`${wanted}-`)).map((row) => Number(row.split(',')[1]));
  return { year: monthsOf(year), before: monthsOf(year - 1) };
}

/** A note that may be printed, and the key by which printing it twice is printing it once. */
export interface Note {
  readonly headline: string;
  readonly draft: string;
  readonly key: string;
}

/** Writes the note, and gives its file. */
export async function publish(folder: string | undefined, year: number, note: Note): Promise<string> {
  const out = folder ?? fileURLToPath(new URL('out', import.meta.url));
  await mkdir(out, { recursive: true });
  const file = join(out, `co2-${year}.md`);
  await writeFile(file, `# ${note.headline}\n\n${note.draft}\n\n<!-- ${note.key} -->\n`);
  return file;
}
