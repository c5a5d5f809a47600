import { expect, test } from 'vitest';

import { parseBytes, showBytes } from './bytes.ts';

test.each([
  [0, 0],
  [1_024, 1_024],
  [0.5, 1],
  ['0B', 0],
  ['512MB', 512_000_000],
  ['2GB', 2_000_000_000],
  ['1TB', 1_000_000_000_000],
  ['1KB', 1_000],
  ['1KiB', 1_024],
  ['1.5GiB', 1_610_612_736],
  ['1MiB', 1_048_576],
  ['1TiB', 1_099_511_627_776],
  ['1.0001KB', 1_001],
])('%j is %d bytes', (written, bytes) => {
  expect(parseBytes(written)).toBe(bytes);
});

test.each([
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  '5',
  'GB',
  '-1GB',
  '1 GB',
  '1gb',
  '1G',
  '1Gi',
  '1iB',
  '.5GB',
  '1e3MB',
  null,
  {},
  5n,
])('%o is no number of bytes', (written) => {
  expect(parseBytes(written)).toBeUndefined();
});

test.each([
  [0, '0B'],
  [999, '999B'],
  [1_000, '1KB'],
  [16_823_456_789, '16.82GB'],
  [2e15, '2000TB'],
])('%d bytes are shown as %s', (bytes, shown) => {
  expect(showBytes(bytes)).toBe(shown);
});
