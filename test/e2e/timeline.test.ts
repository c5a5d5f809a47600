import { cpSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { bury, CHAIN, keptEvent } from './kept.ts';
import { Sandbox, test } from './sandbox.ts';

const ETL = `import { workflow } from 'wf-sdk';
import { setTimeout as sleep } from 'node:timers/promises';
export default workflow('etl')
  .addTask('extract').retry({ attempts: 2, delay: '50ms', jitter: 'none' })
  .run(async (_, { attempt }) => { await sleep(60); if (attempt === 1) throw new Error('reset'); return [1, 2, 3]; })
  .addTask('rates').run(() => 2)
  .addTask('load').dependsOn('extract', 'rates').run(({ extract }) => sleep(30, extract.length))
  .addTask('never').dependsOn('load').when(() => false).run(() => 1);
`;

/** Where the run that is drawn was made, once for all tests: each draws a copy. */
const made = new Sandbox();

beforeAll(async () => {
  made.write('etl.ts', ETL);
  const files = ['--events', 'run.jsonl', '--output', 'run.json'];
  const { code } = await made.run(['run', 'etl.ts', '--quiet', '--durable', '--run-id', 'one', ...files]);
  expect(code).toBe(0);
});

afterAll(() => made.dispose());

function etl(sandbox: Sandbox): void {
  cpSync(made.folder, sandbox.folder, { recursive: true });
}

interface Drawn {
  readonly source: string;
  readonly notes: readonly string[];
  readonly run: {
    readonly run: string;
    readonly criticalPath: {
      readonly dependencies: string;
      readonly share: number;
      readonly steps: readonly { readonly task: string }[];
    };
  };
}

async function drawn(sandbox: Sandbox, source: string): Promise<Drawn> {
  const { stdout, stderr } = await sandbox.run(['timeline', source, '--format', 'json']);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Drawn;
}

describe('wf-sdk timeline', () => {
  test('draws a run that is kept, its events and its result', async ({ sandbox }) => {
    etl(sandbox);
    const { code, stdout } = await sandbox.run(['timeline', 'latest']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^etl · run one\nsucceeded, 3 of 4 tasks succeeded, took \d+ ms, begun /);
    expect(stdout).toMatch(/✔ extract ◆ *·*▓+╌+·*█+ +\d+ ms, 2 attempts/);
    expect(stdout).toMatch(/○ never +skipped: its condition said no/);
    expect(stdout).toMatch(/critical path: \d+ ms of \d+ ms \(\d+ %\)\n +extract [^]*\n +load [^]*\n$/);
    // oxlint-disable-next-line no-control-regex -- no colours where it is no terminal
    expect(stdout).not.toMatch(/\u001b/);
    const [kept, events, result] = [
      await drawn(sandbox, 'on'),
      await drawn(sandbox, 'run.jsonl'),
      await drawn(sandbox, 'run.json'),
    ];
    expect([kept.source, events.source, result.source]).toEqual(['store', 'events', 'result']);
    for (const { run } of [kept, events, result]) {
      expect(run.run).toBe('one');
      expect(run.criticalPath.steps.map(({ task }) => task)).toEqual(['extract', 'load']);
      expect(run.criticalPath.share).toBeGreaterThan(0.5);
    }
    expect(kept.run.criticalPath.dependencies).toBe('known');
    expect(kept.notes).toEqual([]);
    expect(events.notes).toEqual([expect.stringMatching(/do not say what depends on what/)]);
  });

  test('writes what the name of the file says, or the format', async ({ sandbox }) => {
    etl(sandbox);
    for (const file of ['run.svg', 'run.html', 'timeline.json', 'run.txt'])
      expect(await sandbox.run(['timeline', 'one', '--output', file])).toMatchObject({ code: 0, stdout: '' });
    expect(sandbox.read('run.svg')).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
    expect(sandbox.read('run.html')).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(JSON.parse(sandbox.read('timeline.json'))).toMatchObject({ source: 'store' });
    expect(sandbox.read('run.txt')).toMatch(/^etl · run one\n/);
    const env = { FORCE_COLOR: '1' };
    const more = [['plain'], ['plain.TXT'], ['plain.md', '--format', 'text']];
    for (const [file = '', ...format] of more) {
      await sandbox.run(['timeline', 'one', '--output', file, ...format], { env });
      expect(sandbox.read(file)).toBe(sandbox.read('run.txt'));
    }
    const asked = await sandbox.run(['timeline', 'one', '--format', 'svg']);
    expect(asked.stdout).toBe(sandbox.read('run.svg'));
  });

  test('reads what another command gives', async ({ sandbox }) => {
    etl(sandbox);
    const events = await sandbox.run(['events', 'one', '--json']);
    const { stdout } = await sandbox.run(['timeline', '-', '--ascii'], { stdin: events.stdout });
    expect(stdout).toMatch(/\+ extract \* *\.*x+-+\.*#+ /);
    const cut = sandbox.read('run.jsonl').slice(0, -5);
    const unfinished = await sandbox.run(['timeline', '-'], { stdin: cut });
    expect(unfinished.code).toBe(0);
    expect(unfinished.stdout).toContain('The last line is not whole');
  });

  test('shows where no process drove a run, and what was lost with one', async ({ sandbox }) => {
    sandbox.write('chain.ts', CHAIN);
    const started = sandbox.start(['run', 'chain.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    await keptEvent(sandbox, 'attempt.started', 'c');
    started.kill('SIGKILL');
    await started.ended;
    await bury(sandbox);
    const interrupted = await sandbox.run(['timeline', 'one']);
    expect(interrupted.stdout).toMatch(/interrupted, 2 of 4 tasks succeeded, so far /);
    sandbox.write('go', '');
    await sandbox.run(['resume', 'one', '--quiet']);
    const { stdout } = await sandbox.run(['timeline', 'one', '--format', 'json']);
    const { run } = JSON.parse(stdout) as {
      run: { gaps: unknown[]; tasks: { task: string; phases: unknown[] }[] };
    };
    expect(run.gaps).toHaveLength(1);
    const phases = run.tasks.find(({ task }) => task === 'c')?.phases;
    expect(phases).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'running', end: 'lost' }),
        expect.objectContaining({ kind: 'interrupted' }),
        expect.objectContaining({ kind: 'running', end: 'succeeded' }),
      ]),
    );
  });

  test('what is no run is refused, with what to do', async ({ sandbox }) => {
    const refused = [
      [['gone.jsonl'], /there is no file gone\.jsonl: wf-sdk run --events <file> writes the events/],
      [['etl.ts'], /etl\.ts is a pipeline, not a run of one/],
      [['empty.jsonl'], /empty\.jsonl is empty/],
      [['notes.txt'], /notes\.txt has neither events nor a result of a run; line 1 is 'hello'/],
      [['twoo'], /there is no run 'twoo'; the newest are:\n {2}one /],
      [['onf'], /there is no run 'onf'; did you mean 'one'\?/],
      [['one', '--format', 'png'], /argument 'png' is invalid. Allowed choices are text, svg, html, json/],
      [['one', '--format', 'svg', '--ascii'], /--ascii is for --format text/],
      [
        ['one', '--output', 'no/run.svg'],
        /--output no\/run\.svg cannot be written: its folder does not exist/,
      ],
      [
        ['one', '--output', 'run.pdf'],
        /--output run\.pdf: a timeline is drawn as .*, not as \.pdf; --format says/,
      ],
      [['one', '--al'], /unknown option '--al'\n\(Did you mean --all\?\)/],
      [[], /missing required argument 'source'/],
      [['./'], /\.\/ is a folder/],
    ] as const;
    etl(sandbox);
    sandbox.write('empty.jsonl', '');
    sandbox.write('notes.txt', 'hello\n');
    const all = refused.map(async ([args, message]) => {
      const ended = await sandbox.run(['timeline', ...args]);
      expect(ended, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(message);
    });
    await Promise.all(all);
  });
});
