import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

export const FLIGHTS_CSV: string = require.resolve('vega-datasets/data/flights-3m.csv');
export const HERE: string = fileURLToPath(new URL('.', import.meta.url));

/** The file for the table of all airports. */
export function tableIn(folder: string | undefined): string {
  return join(folder ?? join(HERE, 'out'), 'late-departures.csv.gz');
}
