import { describe, expect } from 'vitest';
import { jsonLines, linesOf } from './kept.ts';
import type { Ended, Sandbox } from './sandbox.ts';
import { test } from './sandbox.ts';

const HOUR = 3_600_000;

/** Has a process live so much later, in milliseconds. */
const LATER = `const by = Number(process.env.LATER);
const { now } = Date;
Date.now = () => now() + by;
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + by });
`;

function begin(sandbox: Sandbox, pipeline: string): Promise<Ended> {
  sandbox.write('pipeline.ts', pipeline);
  sandbox.write('later.mjs', LATER);
  return sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
}

/** Runs the command so many hours after the run was begun. */
function later(sandbox: Sandbox, hours: number, ...args: readonly string[]): Promise<Ended> {
  const env = { NODE_OPTIONS: '--import ./later.mjs', LATER: String(hours * HOUR) };
  return sandbox.run(args, { env });
}

const status = async (sandbox: Sandbox, hours = 0): Promise<Record<string, unknown>> =>
  JSON.parse((await later(sandbox, hours, 'status', 'one', '--json')).stdout) as Record<string, unknown>;

/** The states of runs that are kept. */
async function statesOf(sandbox: Sandbox, ...ids: readonly string[]): Promise<readonly unknown[]> {
  const ended = await Promise.all(ids.map((id) => sandbox.run(['status', id, '--json'])));
  return ended.map(({ stdout }) => (JSON.parse(stdout) as Record<string, unknown>)['status']);
}

describe('a durable run leaves its process', { timeout: 60_000 }, () => {
  test('where items of a task wait long for another attempt', async ({ sandbox }) => {
    const left = await begin(
      sandbox,
      `import { workflow } from 'wf-sdk';
import { appendFileSync } from 'node:fs';
export default workflow('feed')
  .addTask('fetch').forEach(() => ['a', 'b', 'c', 'd'], { concurrency: 2 }).retry({ attempts: 3, delay: '2h' })
  .run(({ item }, { attempt }) => {
    appendFileSync('ran', item + attempt + '\\n');
    if (item !== 'a' && attempt === 1) throw new Error('busy ' + item);
    return item;
  });
`,
    );
    expect(left.code).toBe(3);
    expect(left.stderr).toMatch(
      / {2}fetch {2}2 items are tried again, the first in (?:1 h 59|2 h 00) m: busy c\nRun one is kept and waits. It goes on by itself at 20.*, in (?:1 h 59|2 h 00) m/,
    );
    expect(jsonLines((await sandbox.run(['runs', '--json'])).stdout)).toMatchObject([{ status: 'waiting' }]);
    expect((await sandbox.run(['status', 'one'])).stdout).toMatch(
      /▸ fetch .*1\/4 items {2}2 items are tried again, the first in .* m: busy c\n/,
    );
    expect((await later(sandbox, 1.9, 'resume', '--due')).stderr).toBe('no run is due\n');
    const early = await later(sandbox, 1, 'resume', 'one');
    expect(early.code).toBe(3);
    expect(early.stderr).toContain('fetch  2 items are tried again, the first in ');
    expect(linesOf(sandbox, 'ran')).toEqual(['a1', 'b1', 'c1']);
    expect(await status(sandbox)).toMatchObject({
      status: 'waiting',
      tasks: [{ id: 'fetch', state: 'running', items: { total: 4, succeeded: 1, running: 0, retrying: 2 } }],
    });
    const due = await later(sandbox, 2.1, 'resume', '--due');
    expect(due.code).toBe(0);
    expect(linesOf(sandbox, 'ran')).toEqual(['a1', 'b1', 'c1', 'b2', 'c2', 'd1']);
    expect((await status(sandbox, 2.1))['wakesAt']).toBeGreaterThan(Date.now() + 4 * HOUR);
    const ended = await later(sandbox, 4.2, 'resume', '--due');
    expect(ended.stderr).toContain('✔ success');
    expect(linesOf(sandbox, 'ran').at(-1)).toBe('d2');
  });

  test('where tasks and items wait for a breaker that is open for long, and finds it so again', async ({
    sandbox,
  }) => {
    const left = await begin(
      sandbox,
      `import { workflow } from 'wf-sdk';
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const bank = { name: 'bank', minimumCalls: 1, resetAfter: '2h' } as const;
export default workflow('pay')
  .addTask('slow').run(() => sleep(20))
  .addTask('charge').breaker(bank).retry({ attempts: 3, delay: 0 })
  .run(() => { appendFileSync('ran', 'charge\\n'); if (!existsSync('up')) throw new Error('down'); })
  .addTask('each').dependsOn('slow').forEach(() => [1, 2, 3]).breaker(bank)
  .run(({ item }) => appendFileSync('ran', item + '\\n'));
`,
    );
    expect(left.code).toBe(3);
    for (const task of ['charge', 'each'])
      expect(left.stderr).toMatch(
        new RegExp(`  ${task}  waits for breaker bank to let it try, (?:1 h 59|2 h 00) m left\n`),
      );
    expect(await status(sandbox)).toMatchObject({
      status: 'waiting',
      breakers: [{ run: 'one', name: 'bank', tasks: ['charge', 'each'] }],
    });
    const early = await later(sandbox, 1, 'resume', 'one');
    expect([early.code, linesOf(sandbox, 'ran')]).toEqual([3, ['charge']]);
    expect((await later(sandbox, 1, 'status', 'one')).stdout).toMatch(
      /◔ charge +waits for breaker bank to let it try, .* left\n.*\n· each +waits for breaker bank to let it try/,
    );
    // One call is let through, which fails; all others wait again.
    expect((await later(sandbox, 2.1, 'resume', '--due')).code).toBe(0);
    expect(linesOf(sandbox, 'ran')).toEqual(['charge', 'charge']);
    expect((await later(sandbox, 4, 'resume', '--due')).stderr).toBe('no run is due\n');
    sandbox.write('up', '');
    const ended = await later(sandbox, 4.2, 'resume', '--due');
    expect(ended.stderr).toContain('✔ success');
    expect(linesOf(sandbox, 'ran').slice(2).toSorted()).toEqual(['1', '2', '3', 'charge']);
  });

  test('where of two runs below it one waits for its turn behind the other', async ({ sandbox }) => {
    const left = await begin(
      sandbox,
      `import { on, workflow } from 'wf-sdk';
const review = workflow('review', { maxActiveRuns: 1 })
  .addTask('ask').recover([on(Error).escalate('how many?')])
  .run((): number => { throw new Error('large'); })
  .output(({ ask }) => ask);
export default workflow('pair')
  .addTask('left').runWorkflow(review)
  .addTask('right').runWorkflow(review)
  .addTask('nap').sleep('5h')
  .output(({ left, right }) => left + right);
`,
    );
    expect(left.code).toBe(3);
    expect(left.stderr).toContain('  left › ask  how many? · large\n2 tasks wait for something else:\n');
    expect(left.stderr).toContain('  right  waits for its turn: other runs of review are active\n');
    expect(left.stderr).toContain(`  wf-sdk approve one~left ask '<JSON>'`);
    expect((await sandbox.run(['status', 'one'])).stdout).toMatch(/▸ right .*waits for its turn: /);
    expect((await sandbox.run(['status', 'one~right'])).stdout).toContain('run one~right · pending');
    expect((await sandbox.run(['resume', '--due'])).stderr).toBe('no run is due\n');
    expect((await sandbox.run(['approve', 'one~left', 'ask', '3'])).code).toBe(0);
    const second = await sandbox.run(['resume', '--due']);
    expect(second.stderr).toContain('✔ left ');
    expect(second.stderr).toContain('  right › ask  how many? · large\n');
    // The sleep is a wait of the run itself, whatever those below it wait for.
    expect((await later(sandbox, 5.1, 'resume', '--due')).stderr).toContain('✔ nap\n');
    expect((await sandbox.run(['approve', 'one~right', 'ask', '4'])).code).toBe(0);
    const ended = await later(sandbox, 5.2, 'resume', '--due');
    expect(ended.stderr).toContain('✔ success');
    expect(await status(sandbox, 5.2)).toMatchObject({ status: 'succeeded', output: 7 });
  });

  const below = `import { on, workflow } from 'wf-sdk';
import { appendFileSync } from 'node:fs';
const review = workflow('review', { maxActiveRuns: 1 })
  .addTask('book').compensate((_output, _data, { run }) => appendFileSync('undone', run.id + '\\n')).run(() => 1)
  .addTask('ask').dependsOn('book').recover([on(Error).escalate('how many?')])
  .run((): number => { throw new Error('large'); });
`;

  test('and is cancelled then: so are the runs below it, and what they did is undone', async ({
    sandbox,
  }) => {
    const left = await begin(
      sandbox,
      `${below}export default workflow('pair')
  .addTask('left').runWorkflow(review)
  .addTask('right').runWorkflow(review);
`,
    );
    expect(left.code).toBe(3);
    expect((await sandbox.run(['cancel', 'one'])).code).toBe(0);
    expect((await sandbox.run(['resume', '--due'])).stderr).toContain('cancelled');
    expect(linesOf(sandbox, 'undone')).toEqual(['one~left']);
    expect(await statesOf(sandbox, 'one', 'one~left', 'one~right')).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
    // They count no more among the active runs of their workflow.
    const second = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'two']);
    expect(second.stderr).toContain('  left › ask  how many? · large\n');
  });

  test('and ends a run below it with the task that runs it, however long it goes on itself', async ({
    sandbox,
  }) => {
    const left = await begin(
      sandbox,
      `${below}export default workflow('pair')
  .addTask('left').deadline('1h').runWorkflow(review)
  .addTask('nap').sleep('5h');
`,
    );
    expect(left.code).toBe(3);
    await later(sandbox, 2, 'resume', '--due');
    expect(linesOf(sandbox, 'undone')).toEqual(['one~left']);
    expect(await statesOf(sandbox, 'one', 'one~left')).toEqual(['waiting', 'cancelled']);
    expect((await later(sandbox, 5.1, 'resume', '--due')).code).toBe(1);
    expect(await statesOf(sandbox, 'one', 'one~left')).toEqual(['failed', 'cancelled']);
  });
});
