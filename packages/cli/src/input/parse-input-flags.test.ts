import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { InputError } from './input-error.ts';
import { type InputFlag, inputFlags } from './input-flags.ts';
import { inputJsonSchema } from './json-schema.ts';
import { parseInputFlags } from './parse-input-flags.ts';

async function flagsOf(shape: z.ZodRawShape): Promise<readonly InputFlag[]> {
  return inputFlags((await inputJsonSchema(z.object(shape))) ?? {}, []);
}

async function parseOne(field: z.ZodType, given: unknown): Promise<unknown> {
  return parseInputFlags(await flagsOf({ field }), { field: given })['field'];
}

async function problem(field: z.ZodType, given: unknown): Promise<string> {
  const flags = await flagsOf({ field });
  try {
    parseInputFlags(flags, { field: given });
  } catch (error) {
    if (error instanceof InputError && error.code === 'bad_flag') return error.message;
    throw error;
  }
  throw new Error(`${String(given)} was taken`);
}

describe('values that are taken', () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ['text', z.string(), '007', '007'],
    ['an empty text', z.string(), '', ''],
    ['number', z.number(), '-1.5e3', -1500],
    ['number without a zero', z.number(), '.5', 0.5],
    ['whole number', z.int(), '42', 42],
    ['minus zero', z.int(), '-0', 0],
    ['switch on', z.boolean(), true, true],
    ['switch off', z.boolean(), false, false],
    ['date', z.date(), '2026-01-31', new Date('2026-01-31')],
    ['moment', z.date(), '2026-01-31T09:00:00+01:00', new Date('2026-01-31T08:00:00Z')],
    ['bigint', z.bigint(), '9007199254740993', 9007199254740993n],
    ['null', z.number().nullable(), 'null', null],
    ['number of a union', z.union([z.string(), z.number()]), '5', 5],
    ['text of a union', z.union([z.string(), z.number()]), '5 apples', '5 apples'],
    ['boolean of a union', z.union([z.number(), z.boolean()]), 'true', true],
    ['object of a union', z.union([z.string(), z.object({ a: z.number() })]), '{"a":1}', { a: 1 }],
    ['text choice', z.enum(['a', 'b']), 'b', 'b'],
    ['number choice', z.literal([1, 2]), '2', 2],
    ['record', z.record(z.string(), z.number()), '{"a":1}', { a: 1 }],
    ['several', z.array(z.number()), ['1', '2'], [1, 2]],
    ['one of several', z.array(z.string()), ['a'], ['a']],
    ['anything: a date', z.custom(() => true), '2026-01-31', '2026-01-31'],
    ['anything: a number', z.custom(() => true), '12', 12],
    ['anything: digits that are no number', z.custom(() => true), '012', '012'],
    ['anything: JSON', z.custom(() => true), '[1]', [1]],
  ])('%s', async (_, field, given, value) => {
    expect(await parseOne(field, given)).toEqual(value);
  });

  test('only what was given is set, deep in objects, other options passed over', async () => {
    const flags = await flagsOf({
      range: z.object({ from: z.string(), to: z.string().default('x') }),
      maxRows: z.number().default(5),
      day: z.string(),
    });
    expect(parseInputFlags(flags, { 'range.from': 'a', maxRows: '3', concurrency: '4' })).toEqual({
      range: { from: 'a' },
      maxRows: 3,
    });
  });

  test('the field as it is written in the schema, where commander keeps it by another key', async () => {
    expect(parseInputFlags(await flagsOf({ maxURL: z.int() }), { maxURL: '3' })).toEqual({ maxURL: 3 });
  });

  test('a key such as __proto__ is a key like others', () => {
    const flag: InputFlag = {
      path: ['__proto__', 'polluted'],
      name: 'p',
      kinds: ['text'],
      repeatable: false,
      required: false,
    };
    const input = parseInputFlags([flag], { p: 'x' });
    expect(Object.hasOwn(input, '__proto__')).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
  });
});

const DATE = '--field takes a date such as 2026-01-31 or 2026-01-31T09:00:00Z, not';
const JSON_WANTED = `--field takes JSON, for example '{"a": 1}' or '[1, 2]', not`;

describe('values that are refused', () => {
  test.each<[string, z.ZodType, unknown, string]>([
    ['word for a number', z.number(), 'many', '--field takes a number, not "many"'],
    ['nothing for a number', z.number(), '', '--field takes a number, not an empty value'],
    ['blank for a number', z.number(), ' ', '--field takes a number, not " "'],
    ['hexadecimal', z.number(), '0x10', '--field takes a number, not "0x10"'],
    ['infinity', z.number(), 'Infinity', '--field takes a number, not "Infinity"'],
    ['too large for a number', z.number(), '1e999', '--field takes a number, not "1e999"'],
    ['fraction', z.int(), '1.5', '--field takes a whole number, not "1.5"'],
    [
      'unsafe whole number',
      z.int(),
      '9007199254740993',
      '--field is too large to be kept exactly: "9007199254740993"',
    ],
    ['no choice', z.enum(['a', 'b']), 'c', '--field takes one of a, b, not "c"'],
    ['no number choice', z.literal([1, 2]), '3', '--field takes one of 1, 2, not "3"'],
    [
      'none of a union',
      z.union([z.number(), z.boolean()]),
      'x',
      '--field takes true or false or a number, not "x"',
    ],
    ['one of several', z.array(z.int()), ['1', 'x'], '--field takes a whole number, not "x"'],
    ['no such day', z.date(), '2026-02-31', `${DATE} "2026-02-31"`],
    ['a word for a day', z.date(), 'yesterday', `${DATE} "yesterday"`],
    ['no JSON', z.record(z.string(), z.string()), 'a=1', `${JSON_WANTED} "a=1"`],
    [
      'half JSON for anything',
      z.custom(() => true),
      '{"a"',
      String.raw`--field takes JSON, for example '{"a": 1}' or '[1, 2]', not "{\"a\""`,
    ],
  ])('%s', async (_, field, given, message) => {
    expect(await problem(field, given)).toBe(message);
  });

  test('are reported together, each cut short', async () => {
    const flags = await flagsOf({ a: z.number(), b: z.int() });
    expect(() => parseInputFlags(flags, { a: 'x'.repeat(500), b: 'y' })).toThrow(
      /^--a takes .{90,110}\n--b takes .*"y"$/,
    );
  });
});
