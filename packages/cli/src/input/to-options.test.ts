import { Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inputFlags } from './input-flags.ts';
import { inputJsonSchema } from './json-schema.ts';
import { parseInputFlags } from './parse-input-flags.ts';
import { toOptions } from './to-options.ts';

const schema = z.object({
  day: z.iso.date().describe('the day to report'),
  maxRows: z.int().default(100),
  maxURL: z.string().optional(),
  level: z.enum(['low', 'high']).default('low'),
  cities: z.array(z.string()).default([]),
  verbose: z.boolean().default(false),
  cache: z.boolean().default(true),
  range: z.object({ open: z.boolean(), from: z.number().nullable() }).optional(),
  output: z.string().optional(),
});

async function run(line: string): Promise<{ input: unknown; own: unknown; help: string; error: string }> {
  const flags = inputFlags((await inputJsonSchema(schema)) ?? {}, ['output', 'input', 'quiet']);
  let error = '';
  const command = new Command('run')
    .exitOverride()
    .configureOutput({ writeErr: (text) => (error += text) })
    .argument('<file>')
    .option('--output <file>')
    .option('--quiet');
  for (const option of toOptions(flags)) command.addOption(option);
  try {
    command.parse(line.split(' '), { from: 'user' });
  } catch (reason) {
    if (!(reason instanceof CommanderError)) throw reason;
  }
  const values = command.opts<Record<string, unknown>>();
  return {
    input: parseInputFlags(flags, values),
    own: values['output'],
    help: command.helpInformation(),
    error,
  };
}

describe('toOptions', () => {
  test('round trip through commander', async () => {
    const { input, own, error } = await run(
      'pipeline.ts --day 2026-01-31 --maxRows=5 --maxURL u --level high --cities a --cities b --verbose --no-cache ' +
        '--no-range.open --range.from -3 --input.output mine --output theirs',
    );
    expect(error).toBe('');
    expect(own).toBe('theirs');
    expect(input).toEqual({
      day: '2026-01-31',
      maxRows: 5,
      maxURL: 'u',
      level: 'high',
      cities: ['a', 'b'],
      verbose: true,
      cache: false,
      range: { open: false, from: -3 },
      output: 'mine',
    });
  });

  test('defaults are left to the schema', async () => {
    expect((await run('pipeline.ts')).input).toEqual({});
  });

  test('a repeatable flag does not swallow the argument after it', async () => {
    const { input, error } = await run('--cities a pipeline.ts');
    expect([input, error]).toEqual([{ cities: ['a'] }, '']);
  });

  test('help shows type, description, choices, default and need, and each field once', async () => {
    const { help } = await run('pipeline.ts');
    const line = (name: string): string =>
      help
        .replaceAll(/\n {10,}/g, ' ')
        .split('\n')
        .find((row) => row.includes(`--${name} `)) ?? '';
    expect(line('day')).toMatch(/--day <text>\s+the day to report \(required\)/);
    expect(line('max-rows')).toMatch(/--max-rows <integer>\s+\(default: 100\)/);
    expect(line('level')).toMatch(/--level <low\|high>\s+\(choices: low, high; default: low\)/);
    expect(line('cities')).toMatch(/--cities <text>\s+\(default: \[\]; repeatable\)/);
    expect(line('range.from')).toMatch(/--range.from <number>/);
    expect(line('no-cache')).toMatch(/turn --cache off/);
    expect(line('no-verbose')).toBe('');
    expect(help).not.toContain('maxRows');
  });

  test('an unknown flag is refused with the nearest one', async () => {
    expect((await run('pipeline.ts --dya x')).error).toMatch(
      /unknown option '--dya'\n\(Did you mean --day\?\)/,
    );
  });
});
