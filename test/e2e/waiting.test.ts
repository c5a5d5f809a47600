import { describe, expect } from 'vitest';
import { test } from './sandbox.ts';
import { canOpenTerminal, CTRL_C, show } from './show.ts';

const CTRL_D = '\u0004';
const QUESTION = '[a]pprove with a JSON value, [r]etry, [s]kip or [f]ail?';

/**
 * `pay › charge` and `van` fail and wait for a person, `book` can be undone, and a timer keeps the process alive. `van`
 * gets one at its third attempt.
 */
const WAITS = `import { on, workflow } from 'wf-sdk';
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
setInterval(() => {}, 1000);
const pay = workflow('pay')
  .addTask('charge').output(z.object({ receipt: z.number() })).recover([on(Error).escalate('call the bank')])
  .run(() => { throw new Error('declined'); })
  .output(({ charge }) => charge?.receipt);
export default workflow('order')
  .addTask('book').compensate(() => writeFileSync('undone', '')).run(() => 1)
  .addTask('van').dependsOn('book').recover([on(Error).escalate()])
  .run((_, { attempt }) => { if (attempt < 3) throw new Error('no van ' + attempt); return attempt; })
  .addTask('pay').dependsOn('book').runWorkflow(pay)
  .addTask('tidy').dependsOn('pay').runAlways().run(() => writeFileSync('tidy', ''))
  .output(({ van, pay }) => ({ van, pay }));
`;

describe('a run that waits for a person, with nobody to ask', () => {
  test.for([[[]], [['--quiet']], [['--json']]])(
    'says so, is cancelled, and exits with 3: %j',
    async ([options], { sandbox }) => {
      sandbox.write('pipeline.ts', WAITS);
      const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts', ...(options ?? [])]);
      expect(code).toBe(3);
      expect(stderr).toContain(
        [
          '2 tasks wait for a decision, nothing else is left to do, and nothing in this process can answer:',
          '  van  no van 1',
          '  pay › charge  call the bank · declined',
          'The run is cancelled. In a terminal it asks; in code the handle of a run answers: approve, retry, skip or fail; with --durable it waits on.',
          '',
        ].join('\n'),
      );
      expect(sandbox.has('undone') && sandbox.has('tidy')).toBe(true);
      if (options?.[0] === '--json') {
        const events = stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as { type: string });
        expect(events.filter(({ type }) => type === 'task.waiting')).toHaveLength(2);
        expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: 'cancelled' });
      } else {
        expect(stderr).toContain(
          'van, pay › charge waited for a decision, and nothing in this process can answer',
        );
        expect(stderr).toContain('◼ cancelled  2 of 4 tasks succeeded');
      }
    },
  );

  test('nor anything else that keeps the process alive, is the same', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WAITS.replace('setInterval(() => {}, 1000);', ''));
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(3);
    expect(stderr).not.toContain('a promise that nothing settles');
  });

  test('goes on while something else does', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { on, workflow } from 'wf-sdk';
      import { existsSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      export default workflow('busy')
        .addTask('ask').recover([on(Error).escalate()]).run(() => { throw new Error('no'); })
        .addTask('work').run(async () => { while (!existsSync('go')) await sleep(2); console.log('worked'); });`,
    );
    const started = sandbox.start(['run', 'pipeline.ts']);
    await started.printed('? ask  waits for a decision: no');
    sandbox.write('go', '');
    const { code, stdout, stderr } = await started.ended;
    expect(code).toBe(3);
    expect(stdout).toBe('worked\n');
    expect(stderr).toContain('1 task waits for a decision');
  });
});

describe.skipIf(!canOpenTerminal)('a run that waits for a person at a terminal', () => {
  test('asks about each task, also of runs below, until the answer fits; then goes on', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', WAITS);
    const shown = show(sandbox, 40, 100, ['run', 'pipeline.ts']);
    const answer = async (until: string | RegExp, keys: string): Promise<void> => {
      await shown.showing(until);
      shown.press(keys);
    };
    await answer(/no van 1[^]*\[f\]ail\?$/, 'r\r');
    await answer(/no van 2[^]*\[f\]ail\?$/, 'retry\r');
    await answer(/pay › charge waits for your decision[^]*call the bank[^]*\[f\]ail\?$/, 'a 7\r');
    await answer(/the value does not fit the task's output: .*expected object.*\n.*\[f\]ail\?$/, 'a\r');
    await answer('its output as JSON (nothing for none):', '{"receipt": 12}\r');
    const { code } = await shown.ended;
    expect(code, shown.terminal.all.join('\n')).toBe(0);
    const text = shown.terminal.all.join('\n');
    expect(text).toMatch(/^✔ van +[\d.]+ m?s {2}attempt 3$/m);
    expect(text).toMatch(/^✔ success {2}4 of 4 tasks succeeded/m);
    expect(text).toContain('output\n{\n  "van": 3,\n  "pay": 12\n}');
    expect(shown.terminal.cursorHidden).toBe(false);
    // The picture is not drawn while somebody types.
    expect(
      shown.pictures.filter((screen) => screen.at(-1)?.endsWith('[f]ail?') && screen.includes('order')),
    ).toEqual([]);
    expect(sandbox.has('undone')).toBe(false);
  });

  test('takes skip and fail for an answer', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WAITS);
    const shown = show(sandbox, 40, 100, ['run', 'pipeline.ts', '--output', 'result.json']);
    await shown.showing(/no van 1[^]*\[f\]ail\?$/);
    shown.press('s\r');
    await shown.showing(/pay › charge[^]*\[f\]ail\?$/);
    shown.press('f the bank says no\r');
    expect((await shown.ended).code).toBe(1);
    expect(JSON.parse(sandbox.read('result.json'))).toMatchObject({
      outcome: 'partial',
      tasks: { van: { state: 'skipped', reason: 'intervention' }, pay: { state: 'failed' } },
    });
    expect(shown.terminal.all.join('\n')).toContain('the bank says no');
    expect(sandbox.has('undone')).toBe(true);
  });

  test('is cancelled by Ctrl-C as ever, and leaves the cursor as it was', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WAITS);
    const shown = show(sandbox, 40, 100, ['run', 'pipeline.ts']);
    await shown.showing(QUESTION);
    shown.press(CTRL_C);
    expect((await shown.ended).code).toBe(130);
    expect(sandbox.has('undone') && sandbox.has('tidy')).toBe(true);
    expect(shown.terminal.cursorHidden).toBe(false);
    expect(shown.terminal.all.join('\n')).toMatch(/^◼ cancelled {2}2 of 4 tasks succeeded/m);
  });

  test('exits with 3 where the input ends without an answer', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WAITS);
    const shown = show(sandbox, 40, 100, ['run', 'pipeline.ts']);
    await shown.showing(QUESTION);
    shown.press(CTRL_D);
    expect((await shown.ended).code).toBe(3);
    expect(shown.terminal.all.join('\n')).toContain('and no answer came:');
    expect(sandbox.has('undone') && sandbox.has('tidy')).toBe(true);
  });

  test('is not asked under --json, nor where CI is set', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WAITS);
    const json = show(sandbox, 40, 200, ['run', 'pipeline.ts', '--json']);
    const ci = show(sandbox, 40, 100, ['run', 'pipeline.ts'], { env: { CI: '1' } });
    expect([(await json.ended).code, (await ci.ended).code]).toEqual([3, 3]);
  });

  test('is not asked any more once the run has taken too long', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WAITS);
    const shown = show(sandbox, 40, 100, ['run', 'pipeline.ts', '--timeout', '600ms']);
    await shown.showing(QUESTION);
    expect((await shown.ended).code).toBe(124);
    expect(shown.terminal.cursorHidden).toBe(false);
  });
});
