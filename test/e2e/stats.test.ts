import { cpSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { CHAIN, jsonLines } from './kept.ts';
import { Sandbox, test } from './sandbox.ts';
import { canOpenTerminal, show } from './show.ts';

/** `load` fails where it is told so; `copy` waits until it has the pool's only slot. */
const ETL = `import { pool, workflow } from 'wf-sdk';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
const db = pool('db', { slots: 1 });
export default workflow('etl', { input: z.object({ fails: z.boolean().default(false) }) })
  .addTask('load').priority(1).pool(db).run(async ({ input }) => {
    await sleep(300);
    if (input.fails) throw Object.assign(new RangeError('row 7 of Ada'), { code: 'E_ROW' });
  })
  .addTask('copy').pool(db).run(() => 1);
`;

const QUICK = `import { workflow } from 'wf-sdk';
export default workflow('quick').addTask('one').run(() => 1);
`;

/** Where the runs that are counted were made, once for all tests: each counts a copy. */
const made = new Sandbox();

beforeAll(async () => {
  made.write('etl.ts', ETL);
  made.write('quick.ts', QUICK);
  const runs = [
    ['etl.ts', '--events', 'a.jsonl'],
    ['etl.ts', '--fails', '--events', 'b.jsonl'],
    ['quick.ts', '--events', 'c.jsonl'],
  ];
  for (const [file = '', ...more] of runs) await made.run(['run', file, '--durable', ...more]);
});

afterAll(() => made.dispose());

function some(sandbox: Sandbox): void {
  cpSync(made.folder, sandbox.folder, { recursive: true });
}

describe('wf-sdk stats', () => {
  test('counts the runs of a store, and names what holds them up', async ({ sandbox }) => {
    some(sandbox);
    const { code, stdout, stderr } = await sandbox.run(['stats']);
    expect(stdout).toMatch(/^WORKFLOW +RUNS +SUCCEEDED +FAILED +ERRORS +MEAN/);
    expect(stdout).toMatch(/^etl +2 +1 +1 +50 % /m);
    expect(stdout).toMatch(/^quick +1 +1 +0 % /m);
    expect(stdout).toMatch(/^etl +load +2 +50 % /m);
    expect(stdout).toMatch(
      /^etl: copy takes 100 % of the critical path, .* a run: it waits .* for pool 'db'$/m,
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('shows one workflow in detail, without what its errors say', async ({ sandbox }) => {
    some(sandbox);
    const { code, stdout } = await sandbox.run(['stats', 'etl']);
    expect(stdout).toMatch(
      /^etl · 2 runs, begun .* to .*\n1 succeeded · 1 failed \(1 in part\) · errors 50 %\ntook /,
    );
    expect(stdout).toContain('1 × RangeError (E_ROW)');
    expect(stdout).not.toContain('Ada');
    expect(stdout).not.toContain('quick');
    expect(code).toBe(0);
  });

  test('--json prints a line for each workflow', async ({ sandbox }) => {
    some(sandbox);
    const [etl, quick, ...more] = jsonLines((await sandbox.run(['stats', '--json'])).stdout);
    expect(etl).toMatchObject({
      workflow: 'etl',
      runs: { total: 2, succeeded: 1, failed: 1, partial: 1, active: 0 },
      errorRate: 0.5,
      durationMs: { count: 2, exact: true },
      tasks: [
        { task: 'load', attempts: 2, errors: [{ name: 'RangeError', code: 'E_ROW', count: 1 }] },
        { task: 'copy', pools: ['db'], queuedMs: { count: 2 } },
      ],
      bottlenecks: [{ task: 'copy', mostly: 'queued', pools: ['db'] }],
    });
    expect(quick).toMatchObject({ workflow: 'quick', runs: { total: 1 } });
    expect(more).toEqual([]);
    const one = await sandbox.run(['stats', '--json', '--workflow', 'etl', '--limit', '1', '--since', '1h']);
    expect(jsonLines(one.stdout)).toMatchObject([{ workflow: 'etl', runs: { total: 1, failed: 1 } }]);
  });

  test('counts files of events alike, where their process was cut off, too', async ({ sandbox }) => {
    some(sandbox);
    const files = ['a.jsonl', 'b.jsonl', 'c.jsonl'];
    const kept = jsonLines((await sandbox.run(['stats', '--json'])).stdout);
    const told = jsonLines((await sandbox.run(['stats', '--json', '--events', ...files])).stdout);
    // A store knows when a run was kept, which is before it began.
    for (const one of [...told, ...kept]) for (const key of ['firstAt', 'lastAt']) delete one[key];
    expect(told).toEqual(kept);
    sandbox.write('cut.jsonl', sandbox.read('a.jsonl').trimEnd().slice(0, -9));
    const cut = await sandbox.run(['stats', 'etl', '--json', '--events', 'cut.jsonl']);
    expect(jsonLines(cut.stdout)).toMatchObject([{ runs: { total: 1, active: 1, succeeded: 0 } }]);
    expect(cut.code).toBe(0);
  });

  test('a run that is under way is active', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable']);
    await started.printed('c waits');
    const { stdout } = await sandbox.run(['stats']);
    expect(stdout).toMatch(/^WORKFLOW +RUNS +ACTIVE\nchain +1 +1\n/);
    sandbox.write('go', '');
    await started.ended;
  });

  test.skipIf(!canOpenTerminal)('fits a narrow terminal', async ({ sandbox }) => {
    some(sandbox);
    const shown = show(sandbox, 24, 40, ['stats', 'etl']);
    await shown.ended;
    const rows = shown.terminal.all.filter((line) => /^(?:TASK|load|copy) {2,}/.test(line));
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^TASK +COUNT +ERRORS/);
  });
});

describe('where there is nothing to count', () => {
  test('no store: it is said how one comes about', async ({ sandbox }) => {
    const { code, stderr } = await sandbox.run(['stats']);
    expect(stderr).toMatch(/^there is no store at .*: a run is kept by wf-sdk run pipeline\.ts --durable/);
    expect(code).toBe(2);
    expect(sandbox.has('.wf')).toBe(false);
  });

  test('an empty store, and a window without runs', async ({ sandbox }) => {
    sandbox.write('quick.ts', QUICK);
    await sandbox.run(['run', 'quick.ts', '--durable', '--run-id', 'one']);
    for (const args of [[], ['quick']]) {
      const none = await sandbox.run(['stats', ...args, '--since', '0s']);
      expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'there are no such runs\n' });
    }
    await sandbox.run(['gc', '--older-than', '0s']);
    const empty = await sandbox.run(['stats', 'quick']);
    expect(empty).toMatchObject({ code: 0, stdout: '', stderr: 'there are no such runs\n' });
    expect(await sandbox.run(['stats', '--json'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  test('an unknown workflow: what may have been meant', async ({ sandbox }) => {
    some(sandbox);
    const { code, stderr } = await sandbox.run(['stats', 'elt']);
    expect(stderr).toBe(`there is no run of a workflow 'elt'; did you mean 'etl'?\n`);
    expect(code).toBe(2);
    const strange = await sandbox.run(['stats', '--workflow', 'something', '--events', 'a.jsonl']);
    expect(strange.stderr).toBe(`there is no run of a workflow 'something'; there are runs of etl\n`);
    expect(strange.code).toBe(2);
  });

  test.for([
    [['etl', '--workflow', 'quick'], 'two workflows are named, etl and quick: name one of them'],
    [
      ['--events', 'a.jsonl', '--limit', '3'],
      `'--events <file...>' cannot be used with option '--limit <number>'`,
    ],
    [['--limit', '0'], 'It must be a whole number from 1.'],
    [['--since', 'soon'], `It must be a duration such as '90s', '12h' or '30d'.`],
    [
      ['--events', 'none.jsonl'],
      'none.jsonl cannot be read as events: there is no such file. wf-sdk run --events <file> writes',
    ],
    [
      ['--events', 'quick.ts'],
      `quick.ts: line 1 is no event of a run, but 'import { workflow } from 'wf-sdk';'; give a file that wf-sdk run --events <file> wrote`,
    ],
    [['a.jsonl'], 'to count a file of events: wf-sdk stats --events a.jsonl'],
    [['--events', 'a.jsonl', 'quick'], 'a workflow is named before --events'],
    [['--events', '.'], '. cannot be read as events: it is a folder. '],
  ] as const)('a wrong command line: %j', async ([args, message], { sandbox }) => {
    some(sandbox);
    const { code, stdout, stderr } = await sandbox.run(['stats', ...args]);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});
