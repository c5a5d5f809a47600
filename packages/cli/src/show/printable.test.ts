import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test.each([
  ['plain, naïve ✓ 日本', 'plain, naïve ✓ 日本'],
  ['\u001B[2J\u001B[Hcleared \u001B[31mred\u001B[0m', 'cleared red'],
  ['over\rwritten\b\u0007\u009B', 'overwritten'],
  ['one\r\ntwo\n\tthree\n', 'one\n | two\n | \tthree'],
  ['\u001B]0;title\u0007text', 'text'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text, ' | ')).toBe(shown);
});
