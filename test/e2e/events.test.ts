import { existsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { EVENT_VERSION, readEventLines, type RunEvent } from 'wf-sdk';
import { openStore } from 'wf-sdk/store';
import { jsonLines } from './kept.ts';
import { command, test } from './sandbox.ts';

const TALKS = `import { workflow } from 'wf-sdk';
import { setTimeout as sleep } from 'node:timers/promises';
export default workflow('talks').addTask('talk').run(async (_, { log }) => {
  for (let line = 0; line < 200; line++) { log.info('line ' + line); if (line % 20 === 0) await sleep(1); }
  return 'done';
});`;

async function eventsIn(text: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readEventLines([text])) events.push(event);
  return events;
}

test('the first line says the version of the events', async ({ sandbox }) => {
  sandbox.write('pipeline.ts', TALKS);
  const { stdout } = await sandbox.run(['run', 'pipeline.ts', '--json']);
  const events = await eventsIn(stdout);
  expect(events[0]).toMatchObject({ type: 'run.started', eventVersion: EVENT_VERSION });
  expect(events).toHaveLength(205);
});

describe.skipIf(process.platform === 'win32')('a reader that leaves', () => {
  test.for([
    ['--json', '"$0" "$@" --json | head -1', 'nobody reads the events of --json any more'],
    [
      '--events',
      'mkfifo pipe; head -1 pipe & exec "$0" "$@" --quiet --events pipe',
      'nobody reads --events pipe any more',
    ],
  ] as const)(
    'of %s ends neither the run nor its success, and it is said once',
    async ([, shell, said], { sandbox }) => {
      sandbox.write('pipeline.ts', TALKS);
      const script = `${shell}; echo "code \${PIPESTATUS[0]}"`;
      const args = ['-c', script, ...command, 'run', 'pipeline.ts', '--output', 'result.json'];
      const { stdout, stderr } = await sandbox.startOther('bash', args).ended;
      expect(stdout).toContain('"run.started"');
      expect(stderr.split(said)).toHaveLength(2);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(JSON.parse(sandbox.read('result.json'))).toMatchObject({ outcome: 'success' });
      if (shell.includes('|')) expect(stdout).toContain('code 0');
    },
  );
});

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  test('under --json lets the run go on, and is said once', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', TALKS);
    const shell = '"$0" "$@" > /dev/full';
    const args = ['-c', shell, ...command, 'run', 'pipeline.ts', '--json', '--output', 'result.json'];
    const { code, stderr } = await sandbox.startOther('sh', args).ended;
    expect(stderr).toBe('standard output is incomplete: the disk is full\n');
    expect(JSON.parse(sandbox.read('result.json'))).toMatchObject({ outcome: 'success' });
    expect(code).toBe(1);
  });

  test('under a command that only prints is said once, too', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', TALKS);
    const { code, stderr } = await sandbox.startOther('sh', [
      '-c',
      '"$0" "$@" > /dev/full',
      ...command,
      'graph',
      'pipeline.ts',
    ]).ended;
    expect([code, stderr]).toEqual([1, 'standard output is incomplete: the disk is full\n']);
  });
});

describe('events are all in the file', () => {
  test.for([
    ['a task that ends the process', 'process.exit(3)'],
    ['a task that aborts it', 'process.abort()'],
  ] as const)('of %s', async ([, how], { sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('dies').addTask('die').run((_, { log }) => { log.info('last words'); ${how}; });`,
    );
    await sandbox.run(['run', 'pipeline.ts', '--events', 'events.jsonl']);
    const events = await eventsIn(sandbox.read('events.jsonl'));
    expect(events.map(({ type }) => type)).toEqual([
      'run.started',
      'task.queued',
      'attempt.started',
      'task.log',
    ]);
    expect(sandbox.read('events.jsonl')).toMatch(/\n$/);
  });

  test('of a run that a second Ctrl-C ends', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('deaf').addTask('work').run(() => new Promise(() => {
        setInterval(() => {}, 1000);
        console.log('ready');
      }));`,
    );
    const started = sandbox.start(['run', 'pipeline.ts', '--events', 'events.jsonl']);
    await started.printed('ready');
    started.kill('SIGINT');
    await started.printed('cancelling');
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    const events = await eventsIn(sandbox.read('events.jsonl'));
    expect(events.at(-1)?.type).toBe('run.cancelling');
    expect(sandbox.read('events.jsonl')).toMatch(/\n$/);
  });
});

test('what a newer version told of a run can be looked at, and is not gone on with', async ({ sandbox }) => {
  sandbox.write('pipeline.ts', TALKS);
  await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one', '--quiet']);
  const store = await openStore(sandbox.path('.wf/wf.db'));
  const { length = 0 } = (await store.find('one')) ?? {};
  const entries = [
    { type: 'task.dreamt', at: Date.now(), task: 'talk', body: '{"of":"sheep"}' },
    {
      type: 'task.log',
      at: Date.now(),
      task: 'talk',
      body: '{"attempt":1,"level":"warn","message":"and more","mood":"good"}',
    },
  ];
  expect(await store.append([{ run: 'one', expected: length, entries, state: 'running' }])).toEqual([]);
  await store.close();

  const events = await sandbox.run(['events', 'one']);
  expect([events.code, events.stderr]).toEqual([0, '']);
  expect(events.stdout).toMatch(/task\.dreamt +talk {2}of=sheep\n/);
  const json = jsonLines((await sandbox.run(['events', 'one', '--json'])).stdout);
  expect(json.at(-2)).toMatchObject({ type: 'task.dreamt', run: 'one', task: 'talk', of: 'sheep' });
  expect(json.at(-1)).toMatchObject({ type: 'task.log', message: 'and more', mood: 'good' });
  expect((await sandbox.run(['logs', 'one', '--level', 'warn'])).stdout).toMatch(/talk │ warn: and more\n$/);
  expect(await sandbox.run(['status', 'one'])).toMatchObject({ code: 0, stderr: '' });

  const resumed = await sandbox.run(['resume', 'one']);
  expect(resumed.stderr).toContain("this version of wf-sdk does not know its type 'task.dreamt'");
  expect(resumed.code).not.toBe(0);
});
