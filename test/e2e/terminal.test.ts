import { describe, expect } from 'vitest';
import { type Ended, test } from './sandbox.ts';
import { canOpenTerminal, CTRL_C, show } from './show.ts';

describe.skipIf(!canOpenTerminal)('in a terminal', () => {
  test('a small run is one picture that stays, with the summary under it', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { existsSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      let tries = 0;
      export default workflow('small')
        .addTask('fetch').retry({ attempts: 2, delay: 5 }).run(async () => {
          if (tries++ === 0) throw new Error('busy');
          while (!existsSync('go')) await sleep(2);
        })
        .addTask('broken').run(() => { throw new Error('no rows'); })
        .addTask('after').dependsOn('broken').run(() => 1)
        .addTask('wait').dependsOn('fetch').run(() => 1);`,
    );
    const shown = show(sandbox, 20, 80, ['run', 'pipeline.ts']);
    await shown.showing(/▸ fetch +[\d.]+ m?s {2}attempt 2\/2/);
    await shown.showing('2/4 · 1 running · 1 failed');
    sandbox.write('go', '');
    const { code } = await shown.ended;
    expect(code).toBe(1);
    const screen = shown.terminal.all.map((line) => line.replaceAll(/\d+(\.\d+)? m?s/g, 'N ms'));
    expect(screen.slice(0, 6)).toEqual([
      'small',
      '✔ fetch   N ms  attempt 2/2',
      '✖ broken  no rows',
      '⊘ after   not run: broken did not succeed',
      '✔ wait    N ms',
      '████████████████████████ 4/4 · 0 running · 1 failed · N ms',
    ]);
    expect(screen.slice(6)).toContain('✖ partial  2 of 4 tasks succeeded in N ms');
    expect(shown.terminal.cursorHidden).toBe(false);
  });

  test.for([
    { rows: 24, columns: 80 },
    { rows: 10, columns: 40 },
    { rows: 5, columns: 20 },
    { rows: 60, columns: 200 },
  ])(
    '500 tasks never leave a part of a picture behind in $rows rows of $columns',
    async ({ rows, columns }, { sandbox }) => {
      sandbox.write(
        'pipeline.ts',
        `import { graph, workflow } from 'wf-sdk';
      import { setTimeout as sleep } from 'node:timers/promises';
      const g = graph();
      export default workflow('five-hundred').addTasks(...Array.from({ length: 500 }, (_, n) =>
        g.addTask('task-' + n).run(async () => {
          // The last picture of a run that goes on stands still for a while.
          await sleep(n === 499 ? 500 : 1 + n % 7);
          if (n % 20 === 0) console.log('said by ' + n + ' <' + 'x'.repeat(n % 3 * 50) + '>');
          if (n % 100 === 3) throw new Error('broken ' + n);
        })));`,
      );
      const shown = show(sandbox, rows, columns, ['run', 'pipeline.ts', '--concurrency', '8']);
      const { code } = await shown.ended;
      expect(code, shown.terminal.all.join('\n')).toBe(1);
      const title = 'five-hundred';
      // A picture taller than the screen would leave its top behind each time that it is drawn.
      expect(shown.terminal.all.filter((line) => line === title)).toEqual([]);
      expect(shown.pictures.some((screen) => screen.includes(title))).toBe(true);
      expect(shown.pictures.every((screen) => screen.filter((line) => line === title).length <= 1)).toBe(
        true,
      );
      const text = shown.terminal.all.join('\n');
      for (let n = 0; n < 500; n += 20) {
        // Long lines are wrapped by the terminal: that is the only break they may have.
        const said = `said by ${n} <${'x'.repeat((n % 3) * 50)}>`;
        const wrapped = said.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
        expect(`\n${text}\n`.split(`\n${wrapped.join('\n')}\n`).length, said).toBe(2);
      }
      expect(text.replaceAll('\n', '')).toMatch(/✖ partial {2}495 of 500 tasks succeeded/);
    },
  );

  test('what tasks print on either stream comes out whole above the picture', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { setTimeout as sleep } from 'node:timers/promises';
      const talk = (id: string) => async (_: unknown, { log }: any) => {
        for (let n = 0; n < 30; n++) {
          console.log(id, 'out', n);
          console.error(id, 'err', n);
          log.info('logged ' + n);
          await sleep(7);
        }
      };
      export default workflow('talk').addTask('a').run(talk('a')).addTask('b').run(talk('b'));`,
    );
    const shown = show(sandbox, 12, 60, ['run', 'pipeline.ts']);
    const { code } = await shown.ended;
    expect(code).toBe(0);
    const lines = shown.terminal.all;
    for (const id of ['a', 'b']) {
      const wanted = Array.from({ length: 30 }, (_, n) => [
        `${id} out ${n}`,
        `${id} err ${n}`,
        `  ${id} │ logged ${n}`,
      ]).flat();
      expect(lines.filter((line) => line.startsWith(`${id} `) || line.startsWith(`  ${id} │`))).toEqual(
        wanted,
      );
    }
    expect(lines.filter((line) => line === 'talk')).toHaveLength(1);
  });

  test('a line that a task prints in parts is not painted over', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { setTimeout as sleep } from 'node:timers/promises';
      export default workflow('dots').addTask('a').run(async () => {
        for (let n = 0; n < 5; n++) { process.stdout.write(n + '.'); await sleep(150); }
        process.stdout.write('\\n');
      });`,
    );
    const shown = show(sandbox, 12, 60, ['run', 'pipeline.ts']);
    expect((await shown.ended).code).toBe(0);
    expect(shown.terminal.all).toContain('0.1.2.3.4.');
  });

  test('Ctrl-C cancels, and leaves the cursor as it was', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { setTimeout as sleep } from 'node:timers/promises';
      export default workflow('waits').addTask('sleep').run(async (_, { signal }) => {
        await sleep(60_000, undefined, { signal }).catch(() => undefined);
        await sleep(150);
        console.log('cleaned up');
      });`,
    );
    const shown = show(sandbox, 12, 80, ['run', 'pipeline.ts']);
    await shown.showing('▸ sleep');
    shown.press(CTRL_C);
    await shown.showing('· cancelling ·');
    await shown.showing('a second Ctrl-C ends it at once');
    const { code } = await shown.ended;
    expect(code).toBe(130);
    expect(shown.terminal.cursorHidden).toBe(false);
    expect(shown.terminal.all).toContain('cleaned up');
    expect(shown.terminal.all.join('\n')).toContain('◼ sleep  cancelled');
    expect(shown.terminal.all.join('\n')).toMatch(/^◼ cancelled {2}0 of 1 task succeeded/m);
  });

  test('a second Ctrl-C forces, and leaves the cursor as it was', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('deaf').addTask('sleep').run(() => new Promise((resolve) => setTimeout(resolve, 60_000)));`,
    );
    const shown = show(sandbox, 12, 80, ['run', 'pipeline.ts']);
    await shown.showing('▸ sleep');
    shown.press(CTRL_C);
    await shown.showing('a second Ctrl-C ends it at once');
    shown.press(CTRL_C);
    const { code } = await shown.ended;
    expect(code).toBe(130);
    expect(shown.terminal.cursorHidden).toBe(false);
    expect(shown.terminal.all.at(-1)).toContain('forced to stop');
  });

  test('colours are there unless NO_COLOR is set, and CI gets lines', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk'; export default workflow('fine').addTask('a').run(() => 1);`,
    );
    const run = (env: Readonly<Record<string, string>>): Promise<Ended> =>
      show(sandbox, 12, 80, ['run', 'pipeline.ts'], { env }).ended;
    const green = '\u001b[32m✔';
    const moves = '\u001b[2K';
    const [plain, without, ci, dumb] = await Promise.all([
      run({}),
      run({ NO_COLOR: '1' }),
      run({ CI: '1' }),
      run({ TERM: 'dumb' }),
    ]);
    expect(plain.stdout).toContain(green);
    expect(without.stdout).not.toContain(green);
    expect(without.stdout).toContain('✔ a');
    expect(ci.stdout).toContain('▸');
    expect(ci.stdout).not.toContain(moves);
    expect(dumb.stdout).not.toContain('\u001b');
  });
});
