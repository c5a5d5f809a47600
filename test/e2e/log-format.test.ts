import { describe, expect } from 'vitest';
import { jsonLines } from './kept.ts';
import { test } from './sandbox.ts';
import { canOpenTerminal, show } from './show.ts';

const LOGS = `import { workflow } from 'wf-sdk';
export default workflow('nightly', { version: '1.0.0' })
  .addTask('load').run((_, { log }) => {
    console.log('printed');
    log.debug('looking');
    log.info('read', { rows: 3 });
    log.warn('slow');
    return 1;
  })
  .addTask('broken').run(() => { throw new TypeError('nope'); });
`;

describe('--log-format json', () => {
  test('prints what tasks log and how the run fares as JSON on standard error, and nothing else', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', LOGS);
    const args = ['run', 'pipeline.ts', '--log-format', 'json', '--run-id', 'r', '--durable'];
    const { code, stdout, stderr } = await sandbox.run(args, { env: { FORCE_COLOR: '1' } });
    expect([code, stdout]).toEqual([1, 'printed\n']);
    const lines = jsonLines(stderr);
    const place = { run: 'r', task: 'load', attempt: 1 };
    expect(lines).toMatchObject([
      { level: 'info', msg: 'run r is kept in .wf/wf.db' },
      { level: 'info', msg: 'run started', workflow: 'nightly' },
      { level: 'debug', msg: 'looking', ...place },
      { level: 'info', msg: 'read', rows: 3, ...place },
      { level: 'warn', msg: 'slow', ...place },
      { level: 'error', msg: 'task failed: TypeError: nope', task: 'broken' },
      { level: 'error', event: 'run.finished', state: 'failed' },
    ]);
    for (const { time } of lines) expect(Date.parse(String(time))).toBeGreaterThan(0);
  });

  test('can be asked for from a level on', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', LOGS);
    const { stderr } = await sandbox.run([
      'run',
      'pipeline.ts',
      '--log-format',
      'json',
      '--log-level',
      'error',
    ]);
    expect(new Set(jsonLines(stderr).map(({ level }) => level))).toEqual(new Set(['error']));
  });

  test.skipIf(!canOpenTerminal)('draws no picture in a terminal either', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', LOGS);
    const shown = show(sandbox, 24, 200, ['run', 'pipeline.ts', '--log-format', 'json']);
    expect((await shown.ended).code).toBe(1);
    expect(shown.terminal.all.filter((line) => line.startsWith('{"time"')).length).toBeGreaterThan(5);
    expect(shown.terminal.all.join('\n')).not.toContain('✖');
  });
});

test('--log-level leaves out what tasks log that is less grave', async ({ sandbox }) => {
  sandbox.write('pipeline.ts', LOGS);
  const all = await sandbox.run(['run', 'pipeline.ts']);
  for (const said of ['looking', 'read', 'slow']) expect(all.stderr).toContain(said);
  const some = await sandbox.run(['run', 'pipeline.ts', '--log-level', 'warn', '--durable']);
  expect(some.stderr).toContain('warn: slow');
  expect(some.stderr).toContain('✖ broken');
  expect(some.stderr).not.toMatch(/looking|read \{/);
  // What is kept is whole, whatever was shown.
  expect((await sandbox.run(['logs', 'latest'])).stdout.split('\n')).toHaveLength(4);
  expect((await sandbox.run(['logs', 'latest', '--level', 'warn'])).stdout).toMatch(
    /^\S+ \S+ +load │ warn: slow\n$/,
  );
});

test('a text of several lines is set in, in the log of a kept run, too', async ({ sandbox }) => {
  sandbox.write(
    'pipeline.ts',
    `import { workflow } from 'wf-sdk';
    export default workflow('w').addTask('a').run((_, { log }) => log.info('one\\ntwo\\r\\n'));`,
  );
  await sandbox.run(['run', 'pipeline.ts', '--durable', '--quiet']);
  const { stdout } = await sandbox.run(['logs', 'latest']);
  const [first = '', second = '', ...rest] = stdout.split('\n');
  expect(first).toMatch(/ a │ one$/);
  expect([second, rest]).toEqual([`${' '.repeat(first.indexOf('│'))}│ two`, ['']]);
});

test.for([
  [['--log-level', 'wran'], 'Allowed choices are debug, info, warn, error'],
  [['--log-format', 'xml'], 'Allowed choices are pretty, json'],
  [['--log-format', 'json', '--json'], "cannot be used with option '--json'"],
  [['--log-level', 'info', '--quiet'], "cannot be used with option '--quiet'"],
] as const)('%j is refused', async ([options, why], { sandbox }) => {
  sandbox.write('pipeline.ts', LOGS);
  const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts', ...options]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(why);
});

describe.skipIf(!canOpenTerminal)('in a terminal', () => {
  test('nothing that a task logs garbles the picture', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { setTimeout as sleep } from 'node:timers/promises';
      export default workflow('wild').addTask('shout').run(async (_, { log }) => {
        for (let n = 0; n < 20; n++) {
          log.info('\\u001B[2J\\u001B[H\\u001B[5Aclear ' + n + '\\r\\u0007\\b\\nsecond of ' + n, { n, up: '\\u001B[9A' });
          await sleep(20);
        }
      }).addTask('after').dependsOn('shout').run(() => 1);`,
    );
    const shown = show(sandbox, 14, 60, ['run', 'pipeline.ts']);
    expect((await shown.ended).code).toBe(0);
    const lines = shown.terminal.all;
    const wanted = Array.from({ length: 20 }, (_, n) => [
      `  shout │ clear ${n}`,
      `        │ second of ${n} {"n":${n},"up":"\\u001b[9A"}`,
    ]).flat();
    expect(lines.filter((line) => line.includes('│'))).toEqual(wanted);
    expect(lines.filter((line) => line === 'wild')).toHaveLength(1);
    expect(shown.pictures.at(-1)?.join('\n')).toContain('2 of 2 tasks succeeded');
  });
});
