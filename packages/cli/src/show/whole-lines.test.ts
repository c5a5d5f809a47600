import { beforeEach, describe, expect, test } from 'vitest';
import { createWholeLines, type WholeLines } from './whole-lines.ts';

let written: string[];
let lines: WholeLines;
beforeEach(() => {
  written = [];
  lines = createWholeLines((chunk, callback) => {
    written.push(String(chunk));
    (callback as (() => void) | undefined)?.();
    return true;
  });
});

describe('whole lines', () => {
  test('are written at once, the beginning of another is held back', () => {
    lines.write('one\ntwo');
    expect(written).toEqual(['one\n']);
    lines.write(' three\n');
    expect(written).toEqual(['one\n', 'two three\n']);
  });

  test('get their end when no more will come', () => {
    lines.write('half');
    lines.end();
    lines.end();
    expect(written).toEqual(['half\n']);
  });

  test('may be cut within a letter, and be in any encoding', () => {
    const [first, ...rest] = Buffer.from('é!\n');
    lines.write(Uint8Array.of(first ?? 0));
    lines.write(Buffer.from(rest));
    lines.write('aGkK', 'base64');
    expect(written).toEqual(['é!\n', 'hi\n']);
  });

  test('call back, also for what is held back', async () => {
    await new Promise((resolve) => lines.write('held', resolve));
    await new Promise((resolve) => lines.write('line\n', 'utf8', resolve));
    expect(written).toEqual(['heldline\n']);
  });
});
