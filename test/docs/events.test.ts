import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EVENT_VERSION } from 'wf-sdk';
import { sampleRuns } from 'wf-sdk/testing';
import { eventTable, PAGE, partsOf, readEvents } from './event-table.mjs';

const page = readFileSync(PAGE, 'utf8');

/** How wide the columns are is the formatter's business. */
function cells(table: string): string[][] {
  return table
    .split('\n')
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^-+$/, '-')));
}

describe('the table of events', () => {
  test('is that of the source: node test/docs/event-table.mjs && npx oxfmt docs/events.md makes it anew', () => {
    expect(cells(partsOf(page).table)).toEqual(cells(eventTable()));
  });

  test('says what every event and every field means', () => {
    const silent = readEvents().flatMap(({ type, meaning, fields }) => [
      ...(meaning === '' ? [type] : []),
      ...fields.filter((field) => field.meaning === '').map(({ name }) => `${type}.${name}`),
    ]);
    expect(silent).toEqual([]);
  });

  test('knows every field that real runs tell, and no required one that they do not', async () => {
    const known = new Map(readEvents().map(({ type, fields }) => [type, fields]));
    for (const event of (await sampleRuns()).flatMap(({ events }) => events)) {
      const { type, ...told } = event;
      const fields = known.get(type) ?? [];
      expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(told)));
      const required = fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name);
      expect(Object.keys(told), type).toEqual(expect.arrayContaining(required));
    }
  });
});

test('the page names the version that the package tells', () => {
  expect(page).toContain(`This is version ${EVENT_VERSION}.`);
});
