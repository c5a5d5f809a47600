import { existsSync, lstatSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { command, test } from './sandbox.ts';

interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

function parse(lines: string): Event[] {
  expect(lines.endsWith('\n')).toBe(true);
  return lines
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

const MIXED = `import { workflow } from 'wf-sdk';
import { writeFileSync } from 'node:fs';
class HttpError extends Error { override name = 'HttpError'; code = 'E_HTTP'; status = 503; }
writeFileSync('loaded', '');
export default workflow('mixed', { version: '1.0.0' })
  .addTask('noisy').run(() => {
    writeFileSync('ran', '');
    console.log('console.log of a task');
    console.table([{ a: 1 }]);
    process.stdout.write('no line end');
    return { map: new Map([['a', 1n]]), when: new Date(0), bytes: new Set([1]) };
  })
  .addTask('broken').run(() => { throw new HttpError('unavailable', { cause: new Error('ECONNRESET') }); })
  .addTask('after').dependsOn('broken').run(() => 1);
`;

describe('--json', () => {
  test('gives one event a line and nothing else on standard output', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', MIXED);
    const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts', '--json']);
    expect(code).toBe(1);
    const events = parse(stdout);
    expect(events[0]).toMatchObject({ type: 'run.started', workflow: 'mixed', version: '1.0.0', total: 3 });
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: 'failed', succeeded: 1, total: 3 });
    expect(new Set(events.map(({ run }) => run)).size).toBe(1);
    const times = events.map(({ at }) => at as number);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(stderr).toMatch(/^console\.log of a task\n┌[^]*no line end$/);
  });

  test('gives errors with name, message, code, stack and cause, and outputs that can be read', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', MIXED);
    const events = parse((await sandbox.run(['run', 'pipeline.ts', '--json'])).stdout);
    expect(events.find(({ type }) => type === 'task.failed')?.['error']).toEqual({
      name: 'HttpError',
      message: 'unavailable',
      code: 'E_HTTP',
      status: 503,
      stack: expect.stringMatching(/^HttpError: unavailable\n.*pipeline\.ts:13:40/) as string,
      cause: {
        name: 'Error',
        message: 'ECONNRESET',
        stack: expect.stringContaining('pipeline.ts:13:') as string,
      },
    });
    expect(events.find(({ type }) => type === 'task.succeeded')?.['output']).toEqual({
      map: [['a', '1']],
      when: '1970-01-01T00:00:00.000Z',
      bytes: [1],
    });
    expect(events.at(-1)).toMatchObject({ error: { name: 'RunFailedError', code: 'run_failed' } });
    expect(events.find(({ type }) => type === 'task.upstream_failed')).toMatchObject({
      task: 'after',
      cause: 'broken',
    });
  });

  test('is not cut off, however large an output is', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('large').addTask('a').run(() => 'x'.repeat(2_000_000)).output(({ a }) => a);`,
    );
    const { code, stdout } = await sandbox.run(['run', 'pipeline.ts', '--json']);
    expect(code).toBe(0);
    expect(String(parse(stdout).at(-1)?.['output'])).toHaveLength(2_000_000);
  });

  test('says what is wrong with the input on standard error, and exits with 2', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { z } from 'zod';
      export default workflow('day', { input: z.object({ day: z.iso.date() }) }).addTask('a').run(() => 1);`,
    );
    const { code, stdout, stderr } = await sandbox.run([
      'run',
      'pipeline.ts',
      '--json',
      '--day',
      'today',
      '--events',
      'e',
      '--output',
      'o',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--day');
    expect(stdout).toBe('');
    expect(sandbox.list()).toEqual(['pipeline.ts']);
  });
});

describe('--events', () => {
  test('writes the same events as --json prints', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', MIXED);
    sandbox.write('events.jsonl', 'what was there before\n');
    const { stdout } = await sandbox.run(['run', 'pipeline.ts', '--json', '--events', 'events.jsonl']);
    expect(sandbox.read('events.jsonl')).toBe(stdout);
  });

  test('has written each event when the next thing happens', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { readFileSync } from 'node:fs';
      const types = () => readFileSync('events.jsonl', 'utf8').trimEnd().split('\\n').map((line) => JSON.parse(line).type).join();
      export default workflow('reads').addTask('a').run(types).addTask('b').dependsOn('a').run(types)
        .output(({ a, b }) => a + ';' + b);`,
    );
    const { stderr } = await sandbox.run(['run', 'pipeline.ts', '--events', 'events.jsonl']);
    expect(stderr).toContain(
      '\nrun.started,task.queued,attempt.started;' +
        'run.started,task.queued,attempt.started,task.succeeded,task.queued,attempt.started\n',
    );
  });

  test.skipIf(!existsSync('/dev/full'))(
    'on a full disk lets the run go on, and says it at the end',
    async ({ sandbox }) => {
      sandbox.write(
        'pipeline.ts',
        `import { workflow } from 'wf-sdk'; export default workflow('fine').addTask('a').run(() => 1);`,
      );
      const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--events', '/dev/full']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/✔ success[^]*--events \/dev\/full is incomplete: the disk is full\n$/);
    },
  );
});

describe('--output', () => {
  test('writes the whole result', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', MIXED);
    sandbox.write('result.json', 'what was there before');
    const { code } = await sandbox.run(['run', 'pipeline.ts', '--output', 'result.json']);
    expect(code).toBe(1);
    const result = JSON.parse(sandbox.read('result.json')) as object;
    expect(result).toMatchObject({
      workflow: 'mixed',
      version: '1.0.0',
      state: 'failed',
      outcome: 'partial',
      succeeded: 1,
      total: 3,
      outputs: { noisy: { map: [['a', '1']] } },
      tasks: {
        noisy: { state: 'succeeded', attempts: 1 },
        broken: { state: 'failed', attempts: 1, error: { code: 'E_HTTP', cause: { message: 'ECONNRESET' } } },
        after: { state: 'upstream_failed', attempts: 0, cause: 'broken' },
      },
    });
    expect(sandbox.list()).toEqual(['loaded', 'pipeline.ts', 'ran', 'result.json']);
  });

  test('writes through a link', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk'; export default workflow('fine').addTask('a').run(() => 1);`,
    );
    sandbox.write('kept/result.json', '{}');
    symlinkSync(sandbox.path('kept/result.json'), sandbox.path('latest.json'));
    expect((await sandbox.run(['run', 'pipeline.ts', '--output', 'latest.json'])).code).toBe(0);
    expect(lstatSync(sandbox.path('latest.json')).isSymbolicLink()).toBe(true);
    expect(JSON.parse(sandbox.read('kept/result.json'))).toMatchObject({ outcome: 'success' });
  });

  test.skipIf(!existsSync('/dev/stdout'))('can be standard output', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk'; export default workflow('fine').addTask('a').run(() => 1);`,
    );
    const shell = '"$0" "$1" run pipeline.ts --quiet --output /dev/stdout | cat';
    const { code, stdout } = await sandbox.startOther('sh', ['-c', shell, ...command]).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success' });
    expect(lstatSync('/dev/stdout').isSymbolicLink()).toBe(true);
  });

  test('says at the end when it could not be written after all', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { rmSync } from 'node:fs';
      export default workflow('removes').addTask('a').run(() => rmSync('out', { recursive: true }));`,
    );
    mkdirSync(sandbox.path('out'));
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--output', 'out/result.json']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /✔ success[^]*--output out\/result\.json was not written: its folder does not exist\n$/,
    );
  });
});

describe.for(['--output', '--events'])('%s', (option) => {
  test.for([
    { name: 'missing/file.json', reason: 'its folder does not exist' },
    { name: 'folder', reason: 'it is a folder' },
    { name: 'pipeline.ts/file.json', reason: 'its folder is a file' },
  ])('to $name is refused before anything runs', async ({ name, reason }, { sandbox }) => {
    sandbox.write('pipeline.ts', MIXED);
    mkdirSync(sandbox.path('folder'));
    const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts', option, name]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${option} ${name} cannot be written: `);
    expect(stderr).toContain(reason);
    expect(sandbox.has('ran')).toBe(false);
  });
});

test('nothing is left behind but what was asked for', async ({ sandbox }) => {
  sandbox.write(
    'src/pipeline.ts',
    `import { workflow } from 'wf-sdk'; export default workflow('fine').addTask('a').run(() => 1);`,
  );
  await sandbox.run(['run', 'src/pipeline.ts']);
  await sandbox.run(['graph', 'src/pipeline.ts']);
  await sandbox.run(['run', 'src/pipeline.ts', '--help']);
  expect(sandbox.list()).toEqual(['src', 'src/pipeline.ts']);
  expect(realpathSync(sandbox.folder)).toBe(sandbox.folder);
});
