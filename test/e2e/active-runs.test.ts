import { mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { jsonLines, linesOf } from './kept.ts';
import { test } from './sandbox.ts';
import { canOpenTerminal, CTRL_C, show } from './show.ts';

/** One run at a time, each of which goes on until there is a file `go-` with its ID. */
const NIGHTLY = `import { workflow } from 'wf-sdk';
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
export default workflow('nightly', { maxActiveRuns: 1 })
  .addTask('load').run(async (_, { signal, run }) => {
    appendFileSync('ran', run.id + '\\n');
    while (!existsSync('go-' + run.id)) await sleep(5, undefined, { signal });
  });
`;

const begin = (id: string, ...more: readonly string[]): readonly string[] => [
  'run',
  'pipeline.ts',
  '--durable',
  '--run-id',
  id,
  ...more,
];

describe('runs of a workflow with maxActiveRuns', { timeout: 60_000 }, () => {
  test('of several processes start one after the other, in the order in which they were begun', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', NIGHTLY);
    const first = sandbox.start(begin('one'));
    await first.printed('▸ load');
    const second = sandbox.start(begin('two'));
    await second.printed(
      'run two waits for its turn: 1 run of nightly may be active at once, and there is one\n',
    );
    await second.printed('wf-sdk cancel one ends it');
    const third = sandbox.start(begin('three'));
    await third.printed('and there are one and two\n');
    const { stdout } = await sandbox.run(['runs', '--json']);
    expect(jsonLines(stdout).map(({ run, status }) => [run, status])).toEqual([
      ['three', 'pending'],
      ['two', 'pending'],
      ['one', 'running'],
    ]);
    const status = await sandbox.run(['status', 'three']);
    expect(status.stdout).toContain('run three · pending');
    expect(status.stdout).toContain('waits for its turn: when it was begun, for one and two');
    for (const id of ['three', 'two', 'one']) sandbox.write(`go-${id}`, '');
    const ended = await Promise.all([first.ended, second.ended, third.ended]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(linesOf(sandbox, 'ran')).toEqual(['one', 'two', 'three']);
  });

  test('are never two, however many begin at once', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      const say = (what: string) => appendFileSync('ran', what + '\\n');
      export default workflow('nightly', { maxActiveRuns: 1 })
        .addTask('load').run(async () => { say('begin'); await sleep(20); say('end'); });`,
    );
    const ended = await Promise.all(['a', 'b', 'c', 'd'].map((id) => sandbox.run(begin(id))));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(linesOf(sandbox, 'ran')).toEqual(Array(4).fill(['begin', 'end']).flat());
  });

  test('can fail instead, with exit code 2, and then leave nothing', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', NIGHTLY);
    const first = sandbox.start(begin('one'));
    await first.printed('▸ load');
    const { code, stderr, stdout } = await sandbox.run(begin('two', '--if-full', 'fail'));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^run two was not begun: no more than 1 run of workflow 'nightly' may be active at once \(maxActiveRuns\), and it would have to wait for one\./,
    );
    expect(stderr).toContain('\n  run one is being run by process ');
    expect([stdout, stderr.includes('is kept in')]).toEqual(['', false]);
    const listed = await sandbox.run(['runs', '--json']);
    expect(jsonLines(listed.stdout).map(({ run }) => run)).toEqual(['one']);
    const wrong = await sandbox.run(begin('two', '--if-full', 'stop'));
    expect(wrong.stderr).toContain('Allowed choices are wait, fail.');
    expect(wrong.code).toBe(2);
  });

  test('can be cancelled while they wait: from another process, and by a signal', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', NIGHTLY);
    const first = sandbox.start(begin('one'));
    await first.printed('▸ load');
    const second = sandbox.start(begin('two'));
    const third = sandbox.start(begin('three'));
    await Promise.all([second.printed('waits for its turn'), third.printed('waits for its turn')]);
    const cancelled = await sandbox.run(['cancel', 'two']);
    expect([cancelled.code, cancelled.stderr]).toEqual([
      0,
      'run two is being cancelled: running tasks have been told to stop\n',
    ]);
    expect((await second.ended).code).toBe(1);
    third.kill('SIGINT');
    expect((await third.ended).code).toBe(130);
    sandbox.write('go-one', '');
    expect((await first.ended).code).toBe(0);
    expect(linesOf(sandbox, 'ran')).toEqual(['one']);
  });

  test('are not held up unnoticed by one whose process has died', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', NIGHTLY);
    const first = sandbox.start(begin('one'));
    await first.printed('▸ load');
    const third = sandbox.start(begin('three'));
    await third.printed('waits for its turn');
    const second = sandbox.start(begin('two', '--quiet'));
    first.kill('SIGKILL');
    const what = 'run one of nightly is driven by nobody any more, and others wait until it has ended: ';
    const how = 'wf-sdk resume one goes on with it; wf-sdk cancel one first, and that ends it\n';
    await Promise.all([second.printed(what + how), third.printed(what + how)]);
    // One that dies while it waits holds nobody up who was begun later.
    third.kill('SIGKILL');
    for (const id of ['one', 'two', 'three']) sandbox.write(`go-${id}`, '');
    expect((await sandbox.run(['resume', 'one'])).code).toBe(0);
    expect((await second.ended).code).toBe(0);
    const listed = await sandbox.run(['runs', '--status', 'interrupted', '--json']);
    expect(jsonLines(listed.stdout).map(({ run }) => run)).toEqual(['three']);
    const resumed = await sandbox.run(['resume', 'three']);
    expect([resumed.code, resumed.stderr.includes('✔ load')]).toEqual([0, true]);
    expect(linesOf(sandbox, 'ran')).toEqual(['one', 'one', 'two', 'three']);
  });
});

/** Two runs of one process, the second of which waits for its turn and has been sent a signal by then. */
const PROGRAM = `import { run } from 'wf-sdk';
import { openStore } from 'wf-sdk/store';
import { setTimeout as sleep } from 'node:timers/promises';
import flow from './pipeline.mjs';
const store = await openStore('.wf/wf.db');
const first = run(flow, undefined, { id: 'one', store });
for await (const { type } of first.events()) if (type === 'run.started') break;
const second = run(flow, undefined, { id: 'two', store });
second.signal('go', 'as it was begun');
for await (const { type } of second.events()) if (type === 'run.pending') break;
second.signal('go', 'as it waited', { by: 'the program' });
while ((await store.receive('two')).length < 2) await sleep(5);
console.log('kept');
await second;
`;

describe('a run that waits for its turn', () => {
  test.skipIf(process.platform === 'win32')(
    'hears of all signals that were sent to it, whatever became of its process',
    async ({ sandbox }) => {
      sandbox.write(
        'pipeline.mjs',
        `import { workflow } from 'wf-sdk';
        const any = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
        export default workflow('asks', { maxActiveRuns: 1 })
          .addTask('a').waitForSignal('go', any).addTask('b').dependsOn('a').waitForSignal('go', any).addTask('c').dependsOn('b').waitForSignal('go', any)
          .output(({ a, b, c }) => [a, b, c]);`,
      );
      sandbox.write('program.mjs', PROGRAM);
      mkdirSync(sandbox.path('node_modules'));
      const cli = fileURLToPath(new URL('../../packages/cli', import.meta.url));
      symlinkSync(cli, sandbox.path('node_modules/wf-sdk'), 'junction');
      const program = sandbox.startOther(process.execPath, ['program.mjs']);
      await program.printed('kept');
      const said = await sandbox.run(['signal', 'two', 'go', '"from a shell"', '--json']);
      expect([said.code, said.stderr]).toEqual([0, '']);
      program.kill('SIGKILL');
      await program.ended;
      for (const value of [1, 2, 3])
        expect((await sandbox.run(['signal', 'one', 'go', String(value)])).code).toBe(0);
      expect((await sandbox.run(['resume', 'one', 'pipeline.mjs'])).code).toBe(0);
      const resumed = await sandbox.run(['resume', 'two', 'pipeline.mjs', '--output', 'two.json']);
      expect(resumed).toMatchObject({ code: 0 });
      expect(JSON.parse(sandbox.read('two.json'))).toMatchObject({
        output: ['as it was begun', 'as it waited', 'from a shell'],
      });
    },
  );
});

describe.skipIf(!canOpenTerminal)('in a terminal', () => {
  test('a run that waits for its turn is interrupted by Ctrl-C', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', NIGHTLY);
    const first = sandbox.start(begin('one'));
    await first.printed('▸ load');
    const shown = show(sandbox, 20, 160, [...begin('two')]);
    await shown.showing('waits for its turn: 1 run of nightly may be active at once, and there is one');
    await shown.showing('░ 0/1 · 0 running');
    shown.press(CTRL_C);
    expect((await shown.ended).code).toBe(130);
    expect(shown.terminal.cursorHidden).toBe(false);
    expect(linesOf(sandbox, 'ran')).toEqual(['one']);
  });
});
