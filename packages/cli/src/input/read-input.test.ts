import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findJsonError } from './find-json-error.ts';
import { type InputSources, mergeInput, readInput } from './read-input.ts';

const cwd = mkdtempSync(join(tmpdir(), 'wf-input-'));
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

async function read(sources: InputSources, stdin = '{"from":"stdin"}'): Promise<unknown> {
  return readInput(sources, { cwd, readStdin: () => Promise.resolve(stdin) });
}

describe('sources', () => {
  test('none', async () => {
    expect(await read({})).toBeUndefined();
  });

  test('inline', async () => {
    expect(await read({ inline: '{"a":1}' })).toEqual({ a: 1 });
  });

  test('a file relative to where the user stands, with a byte order mark', async () => {
    writeFileSync(join(cwd, 'bom.json'), '\uFEFF{"a":1}');
    expect(await read({ file: 'bom.json' })).toEqual({ a: 1 });
  });

  test.each<InputSources>([{ stdin: true }, { inline: '-' }, { file: '-' }])(
    'standard input: %o',
    async (sources) => {
      expect(await read(sources)).toEqual({ from: 'stdin' });
    },
  );

  test.each<[InputSources, string]>([
    [{ inline: '{}', file: 'f' }, '--input and --input-file'],
    [{ inline: '{}', stdin: true }, '--input and - (standard input)'],
    [{ file: 'f', stdin: true }, '--input-file and - (standard input)'],
  ])('two at once: %o', async (sources, named) => {
    await expect(read(sources)).rejects.toMatchObject({
      code: 'several_sources',
      message: expect.stringContaining(named) as string,
    });
  });

  test('a missing file', async () => {
    await expect(read({ file: 'gone.json' })).rejects.toMatchObject({
      code: 'no_such_file',
      message: 'No such file: --input-file gone.json',
    });
  });

  test('a folder', async () => {
    await expect(read({ file: '.' })).rejects.toMatchObject({ code: 'unreadable_file' });
  });

  test.each<[string, string]>([
    ['[1]', 'an array'],
    ['null', 'null'],
    ['"x"', 'a string'],
    ['5', 'a number'],
  ])('no object: %s', async (inline, kind) => {
    await expect(read({ inline })).rejects.toMatchObject({
      code: 'not_an_object',
      message: expect.stringMatching(new RegExp(`^--input must be .*not ${kind}\\.$`)) as string,
    });
  });
});

describe('what is no JSON', () => {
  test('line, column, reason and the place are shown', async () => {
    writeFileSync(join(cwd, 'bad.json'), '{\n  "a": 1,\n  "b": yes\n}\n');
    await expect(read({ file: 'bad.json' })).rejects.toMatchObject({
      code: 'bad_json',
      message: 'bad.json is not valid JSON, line 3, column 8: a value expected.\n\n    "b": yes\n         ^',
    });
  });

  test('of a long line only the surroundings are shown', async () => {
    const inline = `{"a": "${'x'.repeat(500)}", b: "${'y'.repeat(500)}"}`;
    const error = await read({ inline }).catch((reason: unknown) => reason);
    const [head, , excerpt = '', caret = ''] = (error as Error).message.split('\n');
    expect(head).toContain('column 511');
    expect(excerpt.length).toBeLessThan(90);
    expect(excerpt[caret.indexOf('^')]).toBe('b');
  });

  test('nothing at all', async () => {
    await expect(read({ stdin: true }, ' \n')).rejects.toMatchObject({
      code: 'bad_json',
      message: expect.stringContaining('standard input is empty') as string,
    });
  });

  test.each<[string, number, string]>([
    ["{'a': 1}", 1, 'single quotes are not JSON; use double quotes'],
    ['{a: 1}', 1, 'a key in double quotes expected'],
    ['{"a" 1}', 5, '":" expected'],
    ['{"a": 1,}', 8, 'a comma before "}" is not JSON'],
    ['[1, 2', 5, '"," or "]" expected, but the text ends here'],
    ['{"a": 01}', 6, 'a value expected'],
    ['{"a": "b', 6, 'this text is not closed'],
    ['{"a": "\\x"}', 6, 'a wrong escape or control character in this text'],
    ['{"a": 1} x', 9, 'nothing more expected after the value'],
    ['{ // no\n}', 2, 'JSON has no comments'],
    ['{"a": undefined}', 6, 'a value expected'],
    ['', 0, 'a value expected, but the text ends here'],
  ])('%s', (text, offset, reason) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(findJsonError(text)).toEqual({ offset, reason });
  });

  test.each(['{}', ' [1, -2.5e+3, "\\u00e9\\n", true, null, {"a": [[]]}] ', '"\u007f\u2028"', '0'])(
    'is silent about %s',
    (text) => {
      expect(() => JSON.parse(text) as unknown).not.toThrow();
      expect(findJsonError(text)).toBeUndefined();
    },
  );
});

describe('mergeInput', () => {
  test('flags win, key by key', () => {
    const json = { day: 'a', range: { from: 1, to: 2 }, tags: ['x', 'y'], keep: true };
    const flags = { day: 'b', range: { to: 3 }, tags: ['z'] };
    expect(mergeInput(json, flags)).toEqual({ day: 'b', range: { from: 1, to: 3 }, tags: ['z'], keep: true });
    expect(json.range).toEqual({ from: 1, to: 2 });
  });

  test('a date is a value, not an object to be merged', () => {
    const at = new Date(0);
    expect(mergeInput({ at: { x: 1 } }, { at })['at']).toBe(at);
  });
});
