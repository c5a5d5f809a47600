import { describe, expect } from 'vitest';
import { ASKS, CHAIN, jsonLines } from './kept.ts';
import { type Sandbox, test } from './sandbox.ts';
import { canOpenTerminal, show } from './show.ts';

const QUICK = `import { workflow } from 'wf-sdk';
export default workflow('quick').addTask('one').run((_, { log }) => { log.warn('here'); return 1; });
`;

async function three(sandbox: Sandbox): Promise<void> {
  sandbox.write('quick.ts', QUICK);
  sandbox.write('order.ts', ASKS);
  for (const id of ['first', 'fast']) await sandbox.run(['run', 'quick.ts', '--durable', '--run-id', id]);
  await sandbox.run(['run', 'order.ts', '--durable', '--run-id', 'order-1']);
}

describe('wf-sdk runs', () => {
  test('lists what there is, the newest first, and says it as JSON', async ({ sandbox }) => {
    await three(sandbox);
    const { code, stdout } = await sandbox.run(['runs']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^RUN +STATUS +WORKFLOW +BEGUN +TOOK +EVENTS\norder-1 +waiting +order .*\nfast +succeeded +quick .*\nfirst +succeeded +quick .*\n$/,
    );
    const json = await sandbox.run(['runs', '--json', '--limit', '2']);
    expect(jsonLines(json.stdout)).toMatchObject([
      { run: 'order-1', workflow: 'order', status: 'waiting', drivenBy: null },
      { run: 'fast', status: 'succeeded' },
    ]);
  });

  test.for([
    [
      ['--status', 'succeeded'],
      ['fast', 'first'],
    ],
    [['--workflow', 'order'], ['order-1']],
    [['--status', 'waiting', '--since', '1h'], ['order-1']],
    [['--status', 'interrupted'], []],
  ] as const)('chooses: %j', async ([args, runs], { sandbox }) => {
    await three(sandbox);
    const { stdout, stderr } = await sandbox.run(['runs', '--json', ...args]);
    expect(stdout === '' ? [] : jsonLines(stdout).map(({ run }) => run)).toEqual(runs);
    expect(stderr).toBe('');
  });

  test('tells a run that was interrupted from one that is running', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    expect((await sandbox.run(['runs'])).stdout).toMatch(/^one +running +chain/m);
    started.kill('SIGKILL');
    await started.ended;
    // At once: that its process is not there any more can be seen, and its lease need not run out.
    const { stdout, stderr } = await sandbox.run(['runs', '--status', 'interrupted']);
    expect(stdout).toMatch(/^one +interrupted +chain/m);
    expect(stderr).toContain('wf-sdk resume <run> goes on with one');
    const status = await sandbox.run(['status', 'one']);
    expect(status.stdout).toContain('nobody drives it now');
    expect(status.stdout).toMatch(/run one is kept, and goes on with\n {2}wf-sdk resume one\n$/);
  });

  test.skipIf(!canOpenTerminal)('fits a narrow terminal', async ({ sandbox }) => {
    await three(sandbox);
    await sandbox.run(['run', 'order.ts', '--durable']);
    const shown = show(sandbox, 24, 40, ['runs']);
    await shown.ended;
    const lines = shown.terminal.all.filter((line) => line !== '');
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    // What is needed to name a run is there, whole.
    expect(lines[1]).toMatch(/^[\da-z]{26} +waiting$/);
  });
});

describe('a run is found', () => {
  test('by what no other begins with, and by latest', async ({ sandbox }) => {
    await three(sandbox);
    expect((await sandbox.run(['status', 'o'])).stdout).toContain('run order-1 · waiting');
    expect((await sandbox.run(['status', 'latest'])).stdout).toContain('run order-1 · waiting');
    const several = await sandbox.run(['status', 'f']);
    expect(several.code).toBe(2);
    expect(several.stderr).toMatch(
      /^several runs begin with 'f'; write more of the one you mean:\n {2}fast {2}quick, succeeded, .*\n {2}first {2}quick, succeeded, .*\n$/,
    );
    const unknown = await sandbox.run(['status', 'frist']);
    expect(unknown.stderr).toBe(`there is no run 'frist'; did you mean 'first'?\n`);
    const strange = await sandbox.run(['logs', 'nothing-like-it']);
    expect(strange.stderr).toContain(
      `there is no run 'nothing-like-it'; the newest are:\n  order-1  order, waiting`,
    );
    expect(strange.code).toBe(2);
  });
});

describe('wf-sdk status', () => {
  test('shows each task, what waits, and how to go on', async ({ sandbox }) => {
    await three(sandbox);
    const { code, stdout } = await sandbox.run(['status', 'order-1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^order · run order-1 · waiting\nbegun .*; has waited for .*\n✔ price .*\n\? review .*how many\? · large\n· buy\n/,
    );
    expect(stdout).toContain(`  wf-sdk approve order-1 review '<JSON>'`);
    const json = JSON.parse((await sandbox.run(['status', 'order-1', '--json'])).stdout) as object;
    expect(json).toMatchObject({
      run: 'order-1',
      status: 'waiting',
      tasks: [
        { id: 'price', state: 'succeeded' },
        { id: 'review', state: 'waiting', waitsFor: 'approval', message: 'how many?' },
        { id: 'buy', state: 'pending' },
      ],
      waiting: [{ run: 'order-1', task: 'review', error: { message: 'large' } }],
    });
  });

  test('of a run that has ended shows what it came to', async ({ sandbox }) => {
    sandbox.write('quick.ts', QUICK);
    await sandbox.run(['run', 'quick.ts', '--durable', '--run-id', 'one']);
    const { stdout } = await sandbox.run(['status', 'one', '--watch']);
    expect(stdout).toMatch(/^quick · run one · succeeded\n/);
    expect(stdout).toMatch(/✔ one /);
  });

  test('--watch goes on until the run ends', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    const watching = sandbox.start(['status', 'latest', '--watch']);
    await watching.printed('▸ c');
    sandbox.write('go', '');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/✔ a [^]*· d\n[^]*✔ c [^]*✔ d [^]*\noutput\n\{\n {2}"d": 4\n\}\n$/);
    expect((await started.ended).code).toBe(0);
  });

  test.skipIf(!canOpenTerminal)('--watch draws the run in a terminal', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    const shown = show(sandbox, 24, 60, ['status', 'one', '--watch']);
    await shown.showing(/▸ c +[\d.]+ m?s\n· d/);
    sandbox.write('go', '');
    expect((await shown.ended).code).toBe(0);
    expect(shown.terminal.screen.join('\n')).toMatch(/✔ c .*\n✔ d [^]*4\/4/);
    expect(shown.terminal.cursorHidden).toBe(false);
    await started.ended;
  });
});

describe('wf-sdk events and logs', () => {
  test('print what happened', async ({ sandbox }) => {
    sandbox.write('quick.ts', QUICK);
    await sandbox.run(['run', 'quick.ts', '--durable', '--run-id', 'one', '--events', 'seen']);
    const { stdout } = await sandbox.run(['events', 'one', '--json']);
    expect(jsonLines(stdout)).toEqual(jsonLines(sandbox.read('seen')));
    const text = await sandbox.run(['events', 'one']);
    expect(text.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}run\.started +workflow=quick/);
    expect(text.stdout).toMatch(/task\.log +one {2}attempt=1 level=warn message=here$/m);
    const logs = await sandbox.run(['logs', 'one']);
    expect(logs.stdout).toMatch(/^\S+ \S+ {2}one │ warn: here\n$/);
    expect(jsonLines((await sandbox.run(['logs', 'one', '--json'])).stdout)).toMatchObject([
      { message: 'here' },
    ]);
  });

  test('--follow goes on until the run ends', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    const events = sandbox.start(['events', 'one', '--follow', '--json']);
    const logs = sandbox.start(['logs', 'one', '--follow', '--task', 'c']);
    await Promise.all([events.printed('c waits'), logs.printed('c waits')]);
    sandbox.write('go', '');
    expect(jsonLines((await events.ended).stdout).at(-1)).toMatchObject({ type: 'run.finished' });
    expect((await logs.ended).stdout).not.toContain('counted');
    await started.ended;
  });

  test('end with whoever reads them', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    const events = sandbox.start(['events', 'one', '--follow']);
    await events.printed('run.started');
    events.child.stdout.destroy();
    sandbox.write('go', '');
    expect((await events.ended).code).toBe(0);
    await started.ended;
  });

  test('name a task that is not there', async ({ sandbox }) => {
    await three(sandbox);
    const { code, stderr } = await sandbox.run(['logs', 'order-1', '--task', 'prise']);
    expect(stderr).toBe(`run order-1 has no task 'prise'; did you mean 'price'?\n`);
    expect(code).toBe(2);
  });
});

test('wf-sdk gc removes what has ended, and nothing else', async ({ sandbox }) => {
  await three(sandbox);
  const old = await sandbox.run(['gc', '--older-than', '1h']);
  expect(old.stderr).toBe('0 runs removed, 2 that ended later kept\n');
  const dry = await sandbox.run(['gc', '--older-than', '0s', '--dry-run']);
  expect(dry.stdout).toMatch(/^fast {2}quick, succeeded .*\nfirst {2}quick, succeeded .*\n$/);
  expect(jsonLines((await sandbox.run(['runs', '--json'])).stdout)).toHaveLength(3);
  const { code, stdout } = await sandbox.run(['gc', '--older-than', '0s', '--json']);
  expect(jsonLines(stdout)).toMatchObject([
    { run: 'fast', removed: true },
    { run: 'first', removed: true },
  ]);
  expect(code).toBe(0);
  expect(jsonLines((await sandbox.run(['runs', '--json'])).stdout)).toMatchObject([{ run: 'order-1' }]);
  expect((await sandbox.run(['gc'])).code).toBe(2);
});

test('every command on runs that are kept explains itself', async ({ sandbox }) => {
  const { stdout } = await sandbox.run(['--help']);
  for (const name of [
    'resume',
    'runs',
    'status',
    'events',
    'logs',
    'cancel',
    'approve',
    'reject',
    'retry-task',
    'skip',
    'gc',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${name}[ |]`, 'm'));
    const help = await sandbox.run([name, '--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('--store <file>');
    expect(help.stdout).toContain(name === 'resume' ? '--events <file>' : '--json');
  }
});
