import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TABLES, tablesIn, withTables } from './telemetry-tables.ts';

const page = new URL('../../docs/telemetry.md', import.meta.url);

/** `WRITE_TABLES=1 npx vitest run test/docs/telemetry.test.ts` writes the tables anew. */
it('the tables of docs/telemetry.md are those of the code', () => {
  const made = withTables(readFileSync(page, 'utf8'));
  if (process.env['WRITE_TABLES'] === '1') writeFileSync(page, made);
  const text = readFileSync(page, 'utf8');
  expect(text).toBe(made);
  expect(tablesIn(text).toSorted()).toEqual(TABLES.toSorted());
});
