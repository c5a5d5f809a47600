import { describe, expect } from 'vitest';
import type { Ended } from './sandbox.ts';
import { test } from './sandbox.ts';

/** Gives its input as it arrived. */
const ECHO = `import { workflow } from 'wf-sdk';
import { z } from 'zod';
const input = z.object({
  day: z.iso.date().describe('Day to report on'),
  maxRows: z.int().min(1).default(100).describe('Most rows to read'),
  ratio: z.number().optional(),
  mode: z.enum(['fast', 'safe']).default('safe'),
  verbose: z.boolean().default(false),
  strict: z.boolean().default(true),
  city: z.array(z.string()).default([]),
  range: z.object({ from: z.int().optional(), to: z.int().optional() }).optional(),
  output: z.string().optional().describe('A name that collides'),
});
export default workflow('echo', { input })
  .addTask('echo').run(({ input }) => { console.log(JSON.stringify(input)); return input; });
`;

const DEFAULTS = { maxRows: 100, mode: 'safe', verbose: false, strict: true, city: [] };

function inputOf({ code, stdout, stderr }: Ended): unknown {
  expect(stderr).toContain('✔ success');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('flags', () => {
  test('are the fields of the schema, in all their kinds', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const text = '--max-rows 5 --ratio -0.5 --mode=fast --verbose --no-strict --city Rome --city=Paris';
    const nested = ['--range.from', '1', '--range.to=-2'];
    const args = ['run', 'pipeline.ts', '--day', '2026-01-31', ...text.split(' '), ...nested];
    const ended = await sandbox.run(args);
    expect(inputOf(ended)).toEqual({
      day: '2026-01-31',
      maxRows: 5,
      ratio: -0.5,
      mode: 'fast',
      verbose: true,
      strict: false,
      city: ['Rome', 'Paris'],
      range: { from: 1, to: -2 },
    });
  });

  test('may stand before the file as well as after it', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const ended = await sandbox.run([
      'run',
      '--max-rows',
      '7',
      '--concurrency',
      '1',
      'pipeline.ts',
      '--day',
      '2026-01-31',
    ]);
    expect(inputOf(ended)).toEqual({ ...DEFAULTS, day: '2026-01-31', maxRows: 7 });
  });

  test('are also accepted as the schema writes them', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const ended = await sandbox.run(['run', 'pipeline.ts', '--day', '2026-01-31', '--maxRows', '7']);
    expect(inputOf(ended)).toMatchObject({ maxRows: 7 });
  });

  test('are --input.name where the name is one of the command', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const ended = await sandbox.run([
      'run',
      'pipeline.ts',
      '--day',
      '2026-01-31',
      '--input.output',
      'mine',
      '--output',
      'result.json',
    ]);
    expect(inputOf(ended)).toEqual({ ...DEFAULTS, day: '2026-01-31', output: 'mine' });
    expect(JSON.parse(sandbox.read('result.json'))).toMatchObject({ outputs: { echo: { output: 'mine' } } });
  });

  test('that are not known are refused, with what was probably meant', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stdout, stderr } = await sandbox.run([
      'run',
      'pipeline.ts',
      '--day',
      '2026-01-31',
      '--max-row',
      '5',
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("unknown option '--max-row'");
    expect(stderr).toContain('Did you mean --max-rows?');
  });

  test('of the command itself are suggested too', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--concurency', '5']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean --concurrency?');
  });

  test('need an input schema', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk'; export default workflow('bare').addTask('a').run(() => 1);`,
    );
    const flag = await sandbox.run(['run', 'pipeline.ts', '--day', '2026-01-31']);
    expect(flag.code).toBe(2);
    expect(flag.stderr).toContain("unknown option '--day'");
    const json = await sandbox.run(['run', 'pipeline.ts', '--input', '{}']);
    expect(json.code).toBe(2);
    expect(json.stderr).toContain("workflow 'bare' takes no input");
  });

  test('without their value are refused', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--day']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/option '--day <\w+>' argument missing/);
  });

  test('are refused with a second pipeline', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', 'other.ts']);
    expect(code).toBe(2);
    expect(stderr).toContain("unexpected 'other.ts'");
  });
});

describe('--help', () => {
  test('lists the flags with types, defaults, choices and descriptions', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts', '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('--day <text> Day to report on (required)');
    expect(text).toContain('--max-rows <integer> Most rows to read (default: 100)');
    expect(text).toContain('--ratio <number>');
    expect(text).toContain('--mode <fast|safe> (choices: fast, safe; default: safe)');
    expect(text).toContain('--verbose');
    expect(text).toContain('--no-strict');
    expect(text).toMatch(/--city <text> \(.*repeatable\)/);
    expect(text).toContain('--range.from <integer>');
    expect(text).toContain('--input.output <text> A name that collides');
    for (const option of [
      'input',
      'input-file',
      'export',
      'concurrency',
      'timeout',
      'output',
      'events',
      'json',
      'quiet',
      'dry-run',
    ]) {
      expect(text).toContain(` --${option} `);
    }
  });

  test('stands before the flags that are missing or wrong', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stdout } = await sandbox.run(['run', '--help', 'pipeline.ts']);
    expect(code).toBe(0);
    expect(stdout).toContain('--max-rows');
  });

  test('without a pipeline tells of the command', async ({ sandbox }) => {
    const { code, stdout } = await sandbox.run(['run', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--concurrency');
  });

  test('is asked for where the pipeline is missing', async ({ sandbox }) => {
    const { code, stdout, stderr } = await sandbox.run(['run']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("missing required argument 'pipeline'");
    expect(stderr).toContain('--help');
  });
});

describe('input as JSON', () => {
  const JSON_INPUT = '{"day":"2026-02-01","maxRows":3,"range":{"from":1,"to":2}}';
  const OVERLAID = { ...DEFAULTS, day: '2026-02-01', maxRows: 4, range: { from: 1, to: 9 } };
  const FLAGS = ['--max-rows', '4', '--range.to', '9'];

  test('comes from --input, with flags laid over it', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    expect(inputOf(await sandbox.run(['run', 'pipeline.ts', '--input', JSON_INPUT, ...FLAGS]))).toEqual(
      OVERLAID,
    );
  });

  test('comes from --input-file', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    sandbox.write('in/input.json', JSON_INPUT);
    expect(
      inputOf(await sandbox.run(['run', 'pipeline.ts', '--input-file', 'in/input.json', ...FLAGS])),
    ).toEqual(OVERLAID);
  });

  test('comes from standard input', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    expect(inputOf(await sandbox.run(['run', 'pipeline.ts', '-', ...FLAGS], { stdin: JSON_INPUT }))).toEqual(
      OVERLAID,
    );
  });

  test.for([
    { args: ['--input', '{"day":'], stderr: '--input is not valid JSON, line 1, column 8' },
    { args: ['--input', '[1]'], stderr: '--input must be a JSON object' },
    { args: ['--input-file', 'missing.json'], stderr: 'No such file: --input-file missing.json' },
    { args: ['-'], stderr: 'standard input is empty' },
    { args: ['-', '--input', '{}'], stderr: 'The input is given 2 times' },
  ])('is refused: $args', async ({ args, stderr }, { sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const ended = await sandbox.run(['run', 'pipeline.ts', ...args]);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain(stderr);
  });
});

describe('an input that does not fit', () => {
  test('is refused with each path and reason, before anything runs', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stdout, stderr } = await sandbox.run(
      ['run', 'pipeline.ts', '-', '--day', 'yesterday', '--max-rows', '0'],
      { stdin: '{"range":{"from":1.5},"city":["Rome",2],"mode":"slow"}' },
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const [first, ...lines] = stderr.trimEnd().split('\n');
    expect(first).toBe('the input does not fit the workflow:');
    expect(lines.map((line) => line.trim().split(/\s/)[0])).toEqual([
      '--day',
      '--max-rows',
      '--mode',
      '--city[1]',
      '--range.from',
    ]);
    expect(stderr).toMatch(/--day .*date.*got "yesterday"/);
    expect(stderr).toMatch(/--max-rows .*>=1.*got 0/);
  });

  test('says what is required', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(2);
    expect(stderr).toBe('the input does not fit the workflow:\n  --day  is required\n');
  });

  test('says of a flag of the wrong kind what it takes', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ECHO);
    const { code, stderr } = await sandbox.run([
      'run',
      'pipeline.ts',
      '--max-rows',
      'many',
      '--mode',
      'slow',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--max-rows takes a whole number, not "many"');
    expect(stderr).toContain('--mode takes one of fast, safe, not "slow"');
  });
});
