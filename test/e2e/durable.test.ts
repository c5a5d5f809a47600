import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { openStore } from 'wf-sdk/store';
import { ASKS, bury, CHAIN, jsonLines, keptEvent, linesOf } from './kept.ts';
import { BIN, test } from './sandbox.ts';

const isRoot = process.getuid?.() === 0;

describe('a durable run', () => {
  test('that is killed goes on without what it had done', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const killed = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await killed.printed('c waits');
    killed.kill('SIGKILL');
    await killed.ended;
    sandbox.write('go', '');
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(stderr).toContain('chain · run one goes on: 2 of 4 tasks had ended');
    expect(stderr).toContain('{\n  "d": 4\n}');
    expect(code).toBe(0);
    expect(linesOf(sandbox, 'ran')).toEqual(['a', 'b', 'c', 'c', 'd']);
  });

  test('is taken up from another folder, and by the beginning of its ID', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS.replace(`'ran'`, `'/dev/null'`));
    sandbox.write('elsewhere/empty', '');
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--store', 'runs.db']);
    expect(code).toBe(3);
    const [, id = ''] = /^run (\S{26}) is kept in runs\.db$/m.exec(stderr) ?? [];
    expect(stderr).toContain(`  wf-sdk approve ${id} review '<JSON>' --store runs.db    (or`);
    expect(stderr).toContain(`  wf-sdk resume ${id} --store runs.db\n`);
    const options = { cwd: 'elsewhere', env: { WF_STORE: '../runs.db' } };
    await sandbox.run(['approve', id, 'review', '3'], options);
    const resumed = await sandbox.run(['resume', id.slice(0, 20), '--output', 'result.json'], options);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(sandbox.read('elsewhere/result.json'))).toMatchObject({ output: { buy: 36 }, run: id });
  });

  test('is left alone while its process lives', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const living = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await living.printed('c waits');
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(stderr).toMatch(/run one is being run by process \d+ on \S+: wait until it ends, watch it/);
    expect(code).toBe(2);
    sandbox.write('go', '');
    expect((await living.ended).code).toBe(0);
    expect(linesOf(sandbox, 'ran')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is left alone until a process of which nothing can be known is heard of no more', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const killed = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await killed.printed('c waits');
    killed.kill('SIGKILL');
    await killed.ended;
    await bury(sandbox);
    const store = await openStore(sandbox.path('.wf/wf.db'));
    const until = Date.now() + 3_000;
    await store.claim('one', { owner: 'process 7 on elsewhere', until }, Date.now());
    await store.close();
    sandbox.write('go', '');
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(stderr).toMatch(
      /^run one was last driven by process 7 on elsewhere: unless that is heard of within [\d.]+ m?s, it has died/,
    );
    expect(code).toBe(0);
    const resumed = await sandbox.run(['events', 'one', '--json']);
    const { at } = jsonLines(resumed.stdout).find(({ type }) => type === 'run.resumed') ?? {};
    expect(at).toBeGreaterThanOrEqual(until);
    expect(linesOf(sandbox, 'ran')).toEqual(['a', 'b', 'c', 'c', 'd']);
  });

  test('goes on in one of two processes', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const killed = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await killed.printed('c waits');
    killed.kill('SIGKILL');
    await killed.ended;
    const both = [sandbox.start(['resume', 'one']), sandbox.start(['resume', 'one'])];
    const loser = await Promise.race(both.map(({ ended }) => ended));
    expect(loser.code).toBe(2);
    expect(loser.stderr).toContain('run one is being run by process ');
    sandbox.write('go', '');
    const codes = (await Promise.all(both.map(({ ended }) => ended))).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set([0, 2]));
    expect(linesOf(sandbox, 'ran')).toEqual(['a', 'b', 'c', 'c', 'd']);
  });

  test('that had ended gives its result, and runs nothing', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    sandbox.write('go', '');
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await sandbox.run(['reject', 'one', 'review', '--message', 'too dear']);
    const first = await sandbox.run(['resume', 'latest']);
    expect(first.code).toBe(1);
    expect(first.stderr).toContain('too dear');
    const again = await sandbox.run(['resume', 'one']);
    expect(again.stderr).toMatch(/^run one had ended already, .*: nothing is run/);
    expect(again.stderr).toContain('too dear');
    expect(again.code).toBe(1);
    const asRun = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one', '--json']);
    expect(jsonLines(asRun.stdout)).toMatchObject([{ type: 'run.finished', state: 'failed' }]);
    expect(asRun.code).toBe(1);
    expect(linesOf(sandbox, 'ran')).toEqual(['price']);
  });

  test('does not go on with a workflow that has changed', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    sandbox.write(
      'pipeline.ts',
      ASKS.replaceAll(`'buy'`, `'purchase'`).replaceAll(
        '({ buy }) => ({ buy })',
        '({ purchase }) => purchase',
      ),
    );
    const { code, stderr, stdout } = await sandbox.run(['resume', 'one']);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      [
        `run one cannot go on: workflow 'order' has changed since it began:`,
        `  - task 'buy' is no longer there`,
        `  - task 'purchase' is new`,
        'None of these tasks has begun: allow the change with allowChanged (--allow-changed).',
        '',
      ].join('\n'),
    );
    expect(code).toBe(2);
    sandbox.write('old.ts', ASKS);
    await sandbox.run(['approve', 'one', 'review', '2']);
    expect((await sandbox.run(['resume', 'one', 'old.ts'])).code).toBe(0);
  });

  test('whose file has gone is taken up from where it is now', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    sandbox.write('moved.ts', ASKS);
    await sandbox.run(['skip', 'one', 'review']);
    const { rmSync } = await import('node:fs');
    rmSync(sandbox.path('pipeline.ts'));
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(stderr).toBe(
      'run one was begun from pipeline.ts, which is not there any more: say where it is now, wf-sdk resume one pipeline.ts\n',
    );
    expect(code).toBe(2);
    expect((await sandbox.run(['resume', 'one', 'moved.ts'])).code).toBe(0);
  });

  test('is cancelled for good by Ctrl-C', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(code).toBe(1);
    expect(stderr).toContain('run one had ended already');
    expect(stderr).toContain('◼ cancelled  2 of 4 tasks succeeded');
  });
});

describe('a process that is forced to end', () => {
  test('says how its run goes on, which then finishes its clean-up', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      CHAIN.replace('async ({ b }, { signal, log })', 'async ({ b }, { log })')
        .replace('sleep(5, undefined, { signal })', 'sleep(5)')
        .replace(
          `.output(`,
          `.addTask('tidy').dependsOn('d').runAlways().run(() => ran('tidy'))\n  .output(`,
        ),
    );
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    started.kill('SIGINT');
    await keptEvent(sandbox, 'task.succeeded', 'tidy');
    started.kill('SIGINT');
    const forced = await started.ended;
    expect(forced.code).toBe(130);
    expect(forced.stderr).toContain('run one is kept, and goes on with\n  wf-sdk resume one\n');
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(code).toBe(1);
    expect(stderr).toContain('◼ cancelled  3 of 5 tasks succeeded');
    expect(linesOf(sandbox, 'ran')).toEqual(['a', 'b', 'c', 'tidy']);
  });
});

describe('a store that cannot be used', () => {
  test.for([
    ['a text file', 'is not a database', (path: string) => path],
    ['a folder', 'is a folder', () => '.'],
  ] as const)('because it is %s', async ([, words, place], { sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    sandbox.write(
      'notes.txt',
      'these are notes, not runs, and there are more than a hundred characters of them. '.repeat(3),
    );
    for (const args of [['run', 'pipeline.ts'], ['resume', 'one'], ['runs'], ['cancel', 'one']]) {
      const { code, stderr } = await sandbox.run([...args, '--store', place('notes.txt')]);
      expect(stderr).toContain(words);
      expect(code).toBe(2);
    }
    expect(linesOf(sandbox, 'ran')).toEqual([]);
  });

  test('because there is none', async ({ sandbox }) => {
    for (const args of [
      ['resume', 'one'],
      ['runs'],
      ['status', 'latest'],
      ['approve', 'one', 'a'],
      ['gc', '--older-than', '1d'],
    ]) {
      const { code, stderr } = await sandbox.run([...args, '--store', 'nowhere/wf.db']);
      expect(stderr).toBe(
        'there is no store at nowhere/wf.db: a run is kept by wf-sdk run pipeline.ts --durable; another store is named by --store <file>, or by WF_STORE\n',
      );
      expect(code).toBe(2);
    }
    expect(sandbox.list()).toEqual([]);
  });

  test.skipIf(isRoot)('because its folder cannot be written', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    await sandbox.run(['run', 'pipeline.ts', '--store', 'kept/wf.db', '--run-id', 'one']);
    chmodSync(sandbox.path('kept/wf.db'), 0o400);
    chmodSync(sandbox.path('kept'), 0o500);
    const refused = await sandbox.run(['resume', 'one', '--store', 'kept/wf.db']);
    expect(refused.stderr).toContain('cannot be written');
    expect(refused.code).toBe(2);
    const listed = await sandbox.run(['runs', '--store', 'kept/wf.db', '--json']);
    expect(jsonLines(listed.stdout)).toMatchObject([{ run: 'one', status: 'waiting' }]);
    chmodSync(sandbox.path('kept'), 0o700);
  });

  test('--durability says what it needs', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--durability', 'strict']);
    expect(stderr).toBe('--durability is about a run that is kept: add --durable, or --store <file>\n');
    expect(code).toBe(2);
    sandbox.write('go', '');
    const strict = await sandbox.run(['run', 'pipeline.ts', '--durable', '--durability', 'strict']);
    expect(strict.code).toBe(0);
  });
});

test('a run that no process has begun yet can be begun under its ID, and only once', async ({ sandbox }) => {
  sandbox.write('pipeline.ts', ASKS);
  await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'order-7']);
  await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'order-7']);
  expect(linesOf(sandbox, 'ran')).toEqual(['price']);
  const store = await openStore(sandbox.path('.wf/wf.db'), { readOnly: true });
  expect(await store.list()).toMatchObject([{ id: 'order-7', state: 'waiting' }]);
  await store.close();
});

describe('a run of an ID that is kept', () => {
  test('is refused or replaced, where that is said', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';\nexport default workflow('w').addTask('now').run(() => process.hrtime.bigint());\n`,
    );
    const args = ['run', 'pipeline.ts', '--durable', '--run-id', 'r'];
    const first = await sandbox.run(args);
    const refused = await sandbox.run([...args, '--if-exists', 'fail']);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has a run r already') as string,
    });
    const again = await sandbox.run(args);
    expect([first.code, again.code]).toEqual([0, 0]);
    const replaced = await sandbox.run([...args, '--if-exists', 'replace', '--json']);
    expect(replaced).toMatchObject({ code: 0, stdout: expect.stringContaining('run.started') as string });
    const unnamed = await sandbox.run(['run', 'pipeline.ts', '--durable', '--if-exists', 'fail']);
    expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('--run-id') as string });
    const wrong = await sandbox.run([...args.filter((arg) => arg !== '--durable'), '--if-exists', 'fail']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--durable') as string });
  });
});

// A limit on the length of files stands for a full disk: its store can be opened, and cannot grow.
test.skipIf(process.platform !== 'linux')(
  'a run that its store has no room for is not said to be kept',
  async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';\nexport default workflow('w').addTask('now').run(() => 1);\n`,
    );
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'a']);
    const limited = (id: string): SpawnSyncReturns<string> =>
      spawnSync(
        'bash',
        [
          '-c',
          'ulimit -f 32; exec "$0" "$@"',
          process.execPath,
          BIN,
          'run',
          'pipeline.ts',
          '--durable',
          '--run-id',
          id,
        ],
        { cwd: sandbox.path('.'), encoding: 'utf8' },
      );
    const tried = ['b', 'c'].map((id) => ({ id, ...limited(id) }));
    const { stdout } = await sandbox.run(['runs', '--json']);
    const kept = new Set(jsonLines(stdout).map(({ run }) => run));
    expect(kept.has('c')).toBe(false);
    for (const { id, status, stderr } of tried) {
      expect([id, status]).toEqual([id, kept.has(id) ? 1 : 2]);
      expect([id, stderr.includes(`wf-sdk resume ${id}`)]).toEqual([id, kept.has(id)]);
      expect(stderr).toMatch(/store \S+ (failed|cannot grow)/);
    }
  },
);
