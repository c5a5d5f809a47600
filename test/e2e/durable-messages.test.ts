import { describe, expect } from 'vitest';
import { ASKS, CHAIN, jsonLines, linesOf } from './kept.ts';
import { test } from './sandbox.ts';
import { canOpenTerminal, show } from './show.ts';

/** The same, while another task keeps the process going until there is a file `go`. */
const ASKS_BUSILY = ASKS.replace(
  '  .output(',
  `  .addTask('busy').run(async (_, { signal }) => { while (!existsSync('go')) await sleep(5, undefined, { signal }); })
  .output(`,
).replace(
  `from 'wf-sdk';`,
  `from 'wf-sdk';\nimport { existsSync } from 'node:fs';\nimport { setTimeout as sleep } from 'node:timers/promises';`,
);

/** `pay › charge` waits in a run below. */
const ASKS_BELOW = `import { on, workflow } from 'wf-sdk';
const pay = workflow('pay')
  .addTask('charge').recover([on(Error).escalate()]).run((): number => { throw new Error('declined'); })
  .output(({ charge }) => charge);
export default workflow('shop')
  .addTask('pay').runWorkflow(pay)
  .addTask('ship').dependsOn('pay').run(({ pay }) => pay)
  .output(({ ship }) => ship);
`;

describe('a decision from another process', () => {
  test('reaches a process that goes on', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS_BUSILY);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('? review');
    const refused = await sandbox.run(['approve', 'one', 'review', '-4']);
    expect(refused.stderr).toMatch(/^run one refused: .*what task 'review' was approved with/);
    expect(refused.code).toBe(1);
    const approved = await sandbox.run(['approve', 'one', 'review', '4']);
    expect(approved.stderr).toBe('review of run one: approved\n');
    expect(approved.code).toBe(0);
    sandbox.write('go', '');
    const { code, stderr } = await started.ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/│ approve review$/m);
    expect(stderr).toContain('"buy": 48');
    expect(linesOf(sandbox, 'ran')).toEqual(['price']);
  });

  test('is kept where no process drives the run', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    expect((await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one'])).code).toBe(3);
    const { code, stdout } = await sandbox.run(['retry-task', 'one', 'review', '--json']);
    expect(jsonLines(stdout)).toEqual([{ run: 'one', message: 'retry', reply: 'kept' }]);
    expect(code).toBe(0);
    const resumed = await sandbox.run(['resume', 'one', '--json']);
    expect(resumed.code).toBe(0);
    const events = jsonLines(resumed.stdout);
    expect(events[0]).toMatchObject({ type: 'run.resumed' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'run.told', what: 'retry' }));
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', output: { buy: 12 } });
  });

  test('that does not come lets the run wait on', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(stderr).toContain(
      '1 task waits for a decision, nothing else is left to do, and nobody can be asked here:',
    );
    expect(stderr).toContain('  wf-sdk resume one\n');
    expect(code).toBe(3);
  });

  test('reaches a task in a run below', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS_BELOW);
    const waiting = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    expect(waiting.code).toBe(3);
    expect(waiting.stderr).toContain(`  wf-sdk approve one~pay charge '<JSON>'`);
    const listed = await sandbox.run(['runs', '--json']);
    expect(jsonLines(listed.stdout)).toMatchObject([{ run: 'one', status: 'waiting' }]);
    const { code, stderr } = await sandbox.run(['approve', 'one', 'pay › charge', '7']);
    expect(stderr).toContain('nobody drives run one~pay now');
    expect(stderr).toContain('  wf-sdk resume one\n');
    expect(code).toBe(0);
    const status = await sandbox.run(['status', 'one']);
    expect(status.stdout).toMatch(/^said, not heard yet: approve charge by .*, to run one~pay$/m);
    const resumed = await sandbox.run(['resume', 'one']);
    expect(resumed.stderr).toMatch(/output\n7$/m);
    expect(resumed.code).toBe(0);
  });

  test.for([
    [['approve', 'one', 'revew', '1'], `run one has no task 'revew'; did you mean 'review'?\n`],
    [
      ['skip', 'one', 'price'],
      `task 'price' of run one does not wait for a decision: it has succeeded; what waits is review\n`,
    ],
    [
      ['approve', 'one', 'review', 'four'],
      'the value of an approval is JSON: four is not JSON; a text goes in quotes: \'"four"\'\n',
    ],
    [['approve', 'onr', 'review', '1'], `there is no run 'onr'; did you mean 'one'?\n`],
  ] as const)('is refused at once where it cannot be meant: %j', async ([args, message], { sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    const { code, stderr } = await sandbox.run(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test.skipIf(!canOpenTerminal)('may come later: who is asked can leave', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    const shown = show(sandbox, 24, 80, ['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await shown.showing('[s]kip or [f]ail?');
    shown.press('\u0004');
    expect((await shown.ended).code).toBe(3);
    expect(shown.terminal.all.join('\n')).toContain('Run one is kept and waits.');
    const asked = show(sandbox, 24, 80, ['resume', 'one']);
    await asked.showing('[s]kip or [f]ail?');
    asked.press('a 3\r');
    expect((await asked.ended).code).toBe(0);
    expect(asked.terminal.all.join('\n')).toContain('"buy": 36');
  });

  test.skipIf(!canOpenTerminal)('takes the question back that a terminal asks', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ASKS);
    const shown = show(sandbox, 24, 80, ['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await shown.showing('[s]kip or [f]ail?');
    expect((await sandbox.run(['approve', 'one', 'review', '2'])).code).toBe(0);
    const { code } = await shown.ended;
    expect(shown.terminal.all.join('\n')).toContain('"buy": 24');
    expect(code).toBe(0);
  });
});

describe('cancelling from another process', () => {
  test('reaches a process that goes on within a second', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CHAIN);
    const started = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await started.printed('c waits');
    const told = sandbox.run(['cancel', 'one', '--reason', 'not needed any more']);
    const { code, stderr } = await started.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('cancelling: not needed any more');
    expect((await told).stderr).toContain('run one is being cancelled');
    expect((await told).code).toBe(0);
    const events = jsonLines((await sandbox.run(['events', 'one', '--json'])).stdout);
    const at = (type: string): number => Number(events.find((event) => event['type'] === type)?.['at']);
    const sent = (await sentAt(sandbox.path('.wf/wf.db'))) ?? 0;
    expect(at('run.cancelling') - sent).toBeLessThan(1_000);
    expect(events).toContainEqual(expect.objectContaining({ type: 'run.told', what: 'cancel' }));
  });

  test('is kept where no process drives the run, and cleans up when it goes on', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      CHAIN.replace(
        `.output(`,
        `.addTask('tidy').dependsOn('d').runAlways().run(() => ran('tidy'))\n  .output(`,
      ),
    );
    const killed = sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    await killed.printed('c waits');
    killed.kill('SIGKILL');
    await killed.ended;
    const told = await sandbox.run(['cancel', 'one']);
    expect(told.stderr).toContain('nobody drives run one now: what you said is kept');
    const { code, stderr } = await sandbox.run(['resume', 'one']);
    expect(stderr).toContain('◼ cancelled');
    expect(code).toBe(1);
    expect(linesOf(sandbox, 'ran').at(-1)).toBe('tidy');
    const again = await sandbox.run(['cancel', 'one']);
    expect(again.stderr).toBe('run one has ended already: it was cancelled\n');
    expect(again.code).toBe(2);
    const late = await sandbox.run(['skip', 'one', 'a']);
    expect(late).toMatchObject({ code: 2, stderr: again.stderr });
  });
});

/** When the first message to run `one` was sent. */
async function sentAt(file: string): Promise<number | undefined> {
  const { openStore } = await import('wf-sdk/store');
  const store = await openStore(file, { readOnly: true });
  const [message] = await store.receive('one');
  await store.close();
  return message?.at;
}
