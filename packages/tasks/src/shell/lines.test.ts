import { describe, expect, test } from 'vitest';
import { CUT, LastLines, Lines, LONGEST_LINE } from './lines.ts';

function linesOf(...chunks: readonly (string | Uint8Array)[]): string[] {
  const told: string[] = [];
  const lines = new Lines((line) => told.push(line));
  for (const chunk of chunks)
    lines.write(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  lines.end();
  return told;
}

describe('lines', () => {
  test('end where they end, wherever what is read breaks off', () => {
    expect(linesOf('a\nb', 'c\r\n\n', 'd')).toEqual(['a', 'bc', '', 'd']);
    expect(linesOf()).toEqual([]);
    expect(linesOf('a\n')).toEqual(['a']);
  });

  test('take a character in two pieces, and bytes that are none', () => {
    const bytes = new TextEncoder().encode('é€');
    expect(linesOf(bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3))).toEqual(['é€']);
    expect(linesOf(Uint8Array.of(0x61, 0xff, 0x0a, 0xc3))).toEqual(['a\u{fffd}', '\u{fffd}']);
  });

  test('that are too long are told once, cut, and those after them whole', () => {
    const long = 'x'.repeat(LONGEST_LINE);
    expect(linesOf(long, '\n')).toEqual([long]);
    expect(linesOf(...new Array<string>(50).fill(long), 'y\nnext\n')).toEqual([long + CUT, 'next']);
    expect(linesOf(`${'x'.repeat(LONGEST_LINE - 1)}😀 and more`)[0]).toBe('x'.repeat(LONGEST_LINE - 1) + CUT);
  });
});

test('the last lines are those with something in them, and short', () => {
  const last = new LastLines();
  for (let line = 1; line <= 12; line++) last.add(String(line));
  last.add('');
  last.add('z'.repeat(600));
  expect(last.all).toHaveLength(10);
  expect(last.all.at(0)).toBe('4');
  expect(last.all.at(-1)).toBe(`${'z'.repeat(500)}…`);
});
