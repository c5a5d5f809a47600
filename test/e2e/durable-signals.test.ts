import { rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { openStore } from 'wf-sdk/store';
import { jsonLines } from './kept.ts';
import { test } from './sandbox.ts';

/** `paid` waits for a signal, then `rest` sleeps for as long as it says. */
const SIGNALLED = `import { workflow } from 'wf-sdk';
import { z } from 'zod';
export default workflow('order')
  .addTask('paid').waitForSignal('paid', z.object({ amount: z.int(), rest: z.string() }))
  .addTask('rest').dependsOn('paid').sleep(({ paid }) => paid.rest as '1s')
  .addTask('ship').dependsOn('paid', 'rest').run(({ paid }) => paid.amount)
  .output(({ ship }) => ship);
`;

describe('a run that waits for a signal', () => {
  test('is left, and goes on with the signal in another process', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', SIGNALLED);
    const left = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    expect(left.code).toBe(3);
    expect(left.stderr).toContain('  paid  waits for signal paid\n');
    expect(left.stderr).toContain(`  wf-sdk signal one paid '<JSON>'\n`);
    const wrong = await sandbox.run(['signal', 'one', 'pad', '{}']);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      "no task of run one waits for a signal 'pad'; did you mean 'paid'?\n",
    ]);
    const said = await sandbox.run(['signal', 'one', 'paid', '{"amount":7,"rest":"10ms"}', '--json']);
    expect(jsonLines(said.stdout)).toEqual([{ run: 'one', message: 'signal', reply: 'kept' }]);
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(stderr).toMatch(/signal paid │ .* from /);
    expect(code).toBe(0);
  });

  test('shows what was said to it and not heard yet, and who said it', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', SIGNALLED);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    const before = await sandbox.run(['status', 'one', '--json']);
    expect(JSON.parse(before.stdout)).toMatchObject({ unheard: [] });
    await sandbox.run(['signal', 'one', 'paid', '{"amount":7,"rest":"10ms"}']);
    for (let times = 0; times < 6; times++) await sandbox.run(['cancel', 'one']);
    const { stdout } = await sandbox.run(['status', 'one']);
    expect(stdout).toMatch(/^said, not heard yet: signal paid by \S+, (?:just now|\d+ s ago)$/m);
    expect(stdout.match(/not heard yet: cancel by/g)).toHaveLength(4);
    expect(stdout).toMatch(/^and 2 more$/m);
    const said = JSON.parse((await sandbox.run(['status', 'one', '--json'])).stdout) as {
      unheard: unknown[];
    };
    expect(said.unheard[0]).toEqual({
      run: 'one',
      at: expect.any(Number) as number,
      by: expect.any(String) as string,
      what: 'signal',
      about: 'paid',
    });
    expect((await sandbox.run(['resume', 'one'])).stderr).toMatch(/│ signal paid$/m);
    expect((await sandbox.run(['status', 'one'])).stdout).not.toContain('not heard');
  });

  test('is waited for under --wait, and hears of the signal at once', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', SIGNALLED);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one', '--wait']);
    await started.printed('waits for signal paid');
    const refused = await sandbox.run(['signal', 'one', 'paid', '{"amount":"x"}']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^run one refused: the payload of signal 'paid' does not fit/);
    const said = await sandbox.run(['signal', 'one', 'paid', '{"amount":7,"rest":"10ms"}']);
    expect([said.code, said.stderr]).toEqual([0, "run one has signal 'paid'\n"]);
    expect((await started.ended).code).toBe(0);
  });

  test('is cancelled where it lives in its process alone', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', SIGNALLED);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(3);
    expect(stderr).toContain('paid waited for a signal, and nothing in this process can answer');
    expect((await sandbox.run(['run', 'pipeline.ts', '--wait'])).code).toBe(2);
  });
});

describe('a run that sleeps for long', () => {
  test('is left, and goes on when it is due', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', SIGNALLED);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    const none = await sandbox.run(['resume', '--due']);
    expect([none.code, none.stderr]).toEqual([0, 'no run is due\n']);
    // A signal makes it due; then it sleeps for longer than a process should.
    await sandbox.run(['signal', 'one', 'paid', '{"amount":7,"rest":"2h"}']);
    const asleep = await sandbox.run(['resume', '--due']);
    expect(asleep.code).toBe(0);
    expect(asleep.stderr).toContain('run one of order is due, and goes on\n');
    expect(asleep.stderr).toMatch(
      /Run one is kept and waits. It goes on by itself at 20.*, in (?:1 h 59|2 h 00) m/,
    );
    expect((await sandbox.run(['resume', '--due'])).stderr).toBe('no run is due\n');
    expect((await sandbox.run(['status', 'one'])).stdout).toMatch(/wakes in (?:1 h 59|2 h 00) m/);
    const resumed = await sandbox.run(['resume', 'one']);
    expect(resumed.code).toBe(3);
    // The time passes.
    const store = await openStore(sandbox.path('.wf/wf.db'));
    const [kept] = await store.list({});
    expect(kept?.wakeAt).toBeGreaterThan(Date.now());
    await store.close();
  });

  test('stays where it is not long', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
export default workflow('nap').addTask('nap').sleep('1.5s');
`,
    );
    const { code } = await sandbox.run(['run', 'pipeline.ts', '--durable']);
    expect(code).toBe(0);
  });

  test('goes on at once where it is late, those below it too, and one that cannot does not stop the others', async ({
    sandbox,
  }) => {
    const naps = (length: string): string => `import { workflow } from 'wf-sdk';
const below = workflow('below').addTask('nap').sleep('${length}').output(() => 5);
export default workflow('above').addTask('down').runWorkflow(below).output(({ down }) => down);
`;
    sandbox.write('gone.ts', naps('70s'));
    sandbox.write('pipeline.ts', naps('70s'));
    expect((await sandbox.run(['run', 'gone.ts', '--durable', '--run-id', 'gone'])).code).toBe(3);
    expect((await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one'])).code).toBe(3);
    rmSync(sandbox.path('gone.ts'));
    const store = await openStore(sandbox.path('.wf/wf.db'));
    for (const id of ['gone~down', 'one~down']) {
      const run = await store.find(id);
      const log = await store.read(id);
      expect(run?.state).toBe('waiting');
      await store.remove(id);
      // The same run, whose timer was due long ago.
      if (run === undefined) continue;
      await store.create({ ...run }, { owner: 'test', until: 0 });
      const entries = log.map(({ type, at, task, body }) => ({
        type,
        at,
        ...(task !== undefined && { task }),
        body: body.replace(/"until":\d+/, '"until":5'),
      }));
      await store.append([{ run: id, expected: 0, entries, state: 'waiting', wakeAt: 5 }]);
      await store.release(id, 'test');
    }
    await store.close();
    const { code, stderr } = await sandbox.run(['resume', '--due']);
    expect(stderr).toContain('run gone was begun from gone.ts, which is not there any more');
    expect(code).toBe(1);
    const runs = jsonLines((await sandbox.run(['runs', '--json'])).stdout);
    expect(runs).toContainEqual(expect.objectContaining({ run: 'one', status: 'succeeded' }));
  });
});
