import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { formatIssues } from './format-issues.ts';
import { type InputFlag, inputFlags } from './input-flags.ts';
import { inputJsonSchema } from './json-schema.ts';

async function linesFor(
  schema: z.ZodObject,
  input: unknown,
  reserved: readonly string[] = [],
): Promise<readonly string[]> {
  const flags = inputFlags((await inputJsonSchema(schema)) ?? {}, reserved);
  const result = await schema['~standard'].validate(input);
  if (result.issues === undefined) throw new Error('the input is valid');
  return formatIssues(result.issues, flags, input);
}

const flag = (path: readonly string[]): InputFlag => ({
  path,
  name: path.join('.'),
  kinds: ['text'],
  repeatable: false,
  required: true,
});

describe('formatIssues', () => {
  test('names the flag, the reason and what was received, in columns', async () => {
    const schema = z.object({ day: z.iso.date(), maxRows: z.number(), output: z.string() });
    expect(await linesFor(schema, { day: 'yesterday', output: 5 }, ['output'])).toEqual([
      '--day           Invalid ISO date  (got "yesterday")',
      '--max-rows      is required',
      '--input.output  Invalid input: expected string, received number  (got 5)',
    ]);
  });

  test('names the item of a repeatable flag, and the path where there is no flag', async () => {
    const schema = z.object({
      city: z.array(z.string().min(2)),
      'my field': z.number(),
      list: z.array(z.object({ x: z.number() })),
    });
    const lines = await linesFor(schema, { city: ['Oslo', 'X'], 'my field': 'a', list: [{ x: 'b' }] });
    expect(lines.map((line) => line.split('  ')[0])).toEqual([
      '--city[1]',
      'input["my field"]',
      '--list[0].x',
    ]);
  });

  test('takes path segments as objects, and issues without a path', () => {
    expect(
      formatIssues([{ message: 'wrong', path: [{ key: 'day' }] }, { message: 'no' }], [flag(['day'])], {
        day: 1,
      }),
    ).toEqual(['--day  wrong  (got 1)', 'input  no']);
  });

  test('never shows what sounds secret', () => {
    const token = 'hunter2-hunter2';
    const issues = ['apiKey', 'password', 'authToken', 'db'].map((key) => ({
      message: `bad: ${key === 'db' ? '' : token}`,
      path: [key],
    }));
    const input = {
      apiKey: token,
      password: token,
      authToken: token,
      db: 'postgres://me:hunter2-hunter2@host/x',
    };
    const text = formatIssues(issues, [], input).join('\n');
    expect(text).not.toContain(token);
    expect(text).toContain('postgres://…@host/x');
  });

  test('shows neither huge values nor the inside of objects', () => {
    const input = { a: 'x'.repeat(5000), b: { token: 'hunter2' }, c: [1, 2], d: 'two\nlines' };
    const lines = formatIssues(
      ['a', 'b', 'c', 'd'].map((key) => ({ message: 'no', path: [key] })),
      [],
      input,
    );
    expect(lines[0]?.length).toBeLessThan(110);
    expect(lines.slice(1)).toEqual([
      'input.b  no  (got an object with the keys token)',
      'input.c  no  (got an array of 2 items)',
      String.raw`input.d  no  (got "two\nlines")`,
    ]);
  });

  test('says nothing of the value where the input is not given', () => {
    expect(formatIssues([{ message: 'no', path: ['day'] }], [flag(['day'])])).toEqual(['--day  no']);
  });
});
