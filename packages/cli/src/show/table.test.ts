import { describe, expect, test } from 'vitest';
import { type Column, table } from './table.ts';

interface City {
  readonly name: string;
  readonly country: string;
  readonly people: number;
}

const CITIES: readonly City[] = [
  { name: 'Llanfairpwllgwyngyll', country: 'Wales', people: 3_000 },
  { name: '東京', country: 'Japan', people: 14_000_000 },
];

const COLUMNS: readonly Column<City>[] = [
  { title: 'CITY', rank: 0, least: 8, cell: ({ name }) => name },
  { title: 'PEOPLE', rank: 2, cell: ({ people }) => String(people) },
  { title: 'COUNTRY', rank: 1, cell: ({ country }) => country },
];

const plain = (text: string): string => text;

describe('a table', () => {
  test('has all columns where there is room', () => {
    expect(table(CITIES, COLUMNS, Infinity, plain)).toBe(
      [
        'CITY                  PEOPLE    COUNTRY',
        'Llanfairpwllgwyngyll  3000      Wales',
        '東京                  14000000  Japan',
      ].join('\n'),
    );
  });

  test('cuts what may be cut before it leaves a column out', () => {
    expect(table(CITIES, COLUMNS, 29, plain)).toBe(
      ['CITY        PEOPLE    COUNTRY', 'Llanfairp…  3000      Wales', '東京        14000000  Japan'].join(
        '\n',
      ),
    );
  });

  test('leaves out the column that matters least, and never the last one', () => {
    expect(table(CITIES, COLUMNS, 18, plain)).toBe(
      ['CITY       COUNTRY', 'Llanfair…  Wales', '東京       Japan'].join('\n'),
    );
    expect(table(CITIES, COLUMNS, 9, plain)).toBe(['CITY', 'Llanfair…', '東京'].join('\n'));
  });

  test('paints without counting the paint', () => {
    const painted = COLUMNS.map((column) => ({ ...column, paint: (text: string) => `<${text}>` }));
    expect(table(CITIES, painted, 18, plain).split('\n')[1]).toBe('<Llanfair…>  <Wales  >');
  });
});
