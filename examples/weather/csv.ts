import type { Log } from 'wf-sdk';
import type { z } from 'zod';

/** A row that was left out, and why. The header is line 1. */
export interface Rejected {
  readonly line: number;
  readonly reason: string;
}

export interface Table<Row> {
  readonly rows: readonly Row[];
  readonly rejected: readonly Rejected[];
}

/** How many rejected rows are named one by one, in the log and in the error. */
const NAMED = 5;

/**
 * The rows of a CSV that fit the schema. Those that do not are logged and counted.
 *
 * @throws Error when more rows than `maxRejected` do not fit.
 */
export function readTable<Row extends z.ZodType>(csv: string, row: Row, maxRejected: number, log: Log) {
  const table = parseCsv(csv, row);
  const { rows, rejected } = table;
  log.info(`${rows.length} rows read, ${rejected.length} rejected`);
  const named = rejected.slice(0, NAMED).map(({ line, reason }) => `line ${line}: ${reason}`);
  for (const rejection of named) log.warn(`rejected ${rejection}`);
  if (rejected.length > maxRejected) {
    const more = rejected.length > NAMED ? `\n… and ${rejected.length - NAMED} more` : '';
    const heading = `rejected rows: ${rejected.length}, tolerated: ${maxRejected}`;
    throw new Error(`${heading}\n${named.join('\n')}${more}`);
  }
  return table;
}

/** Splits at commas alone: the files read here quote nothing. */
function parseCsv<Row extends z.ZodType>(csv: string, row: Row): Table<z.output<Row>> {
  const [header = '', ...lines] = csv.split(/\r?\n/);
  const columns = header.split(',');
  const rows: z.output<Row>[] = [];
  const rejected: Rejected[] = [];
  for (const [index, content] of lines.entries()) {
    if (content === '') continue;
    const line = index + 2;
    const fields = content.split(',');
    const parsed = row.safeParse(Object.fromEntries(columns.map((column, at) => [column, fields[at]])));
    if (fields.length !== columns.length) {
      rejected.push({ line, reason: `${fields.length} fields where the header has ${columns.length}` });
    } else if (parsed.success) rows.push(parsed.data);
    else rejected.push({ line, reason: parsed.error.issues.map(describe).join('; ') });
  }
  return { rows, rejected };
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
