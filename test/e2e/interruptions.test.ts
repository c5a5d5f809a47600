import { describe, expect } from 'vitest';
import { test } from './sandbox.ts';

/** Prints `ready`, and on abort cleans up in its own time before it ends. */
const CLEANS_UP = `import { workflow } from 'wf-sdk';
import { writeFileSync } from 'node:fs';
export default workflow('tidy')
  .addTask('work').run((_, { signal }) => new Promise((resolve, reject) => {
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => setTimeout(() => {
      clearInterval(alive);
      writeFileSync('cleaned-up', (signal.reason as Error).message);
      reject(signal.reason);
    }, 60));
    console.log('ready');
  }))
  .addTask('after').dependsOn('work').run(() => writeFileSync('after', ''));
`;

/** Prints `ready`, and does not listen to its signal. */
const DEAF = `import { workflow } from 'wf-sdk';
export default workflow('deaf').addTask('work').run(() => new Promise(() => {
  setInterval(() => {}, 1000);
  console.log('ready');
}));
`;

describe.skipIf(process.platform === 'win32')('a signal', () => {
  test.for([
    { signal: 'SIGINT', code: 130, reason: 'interrupted (Ctrl-C)' },
    { signal: 'SIGTERM', code: 143, reason: 'stopped by SIGTERM' },
  ] as const)(
    '$signal cancels the run, waits for what cleans up, and exits with $code',
    async ({ signal, code, reason }, { sandbox }) => {
      sandbox.write('pipeline.ts', CLEANS_UP);
      const started = sandbox.start([
        'run',
        'pipeline.ts',
        '--output',
        'result.json',
        '--events',
        'events.jsonl',
      ]);
      await started.printed('ready');
      started.kill(signal);
      const ended = await started.ended;
      expect(ended).toMatchObject({ code, signal: null });
      expect(sandbox.read('cleaned-up')).toBe(`the run was cancelled: ${reason}`);
      expect(sandbox.has('after')).toBe(false);
      expect(ended.stderr).toContain(`cancelling: ${reason}; running tasks have been told to stop`);
      expect(ended.stderr).toMatch(/^◼ cancelled {2}0 of 2 tasks succeeded/m);
      expect(JSON.parse(sandbox.read('result.json'))).toMatchObject({
        outcome: 'cancelled',
        tasks: { work: { state: 'cancelled' } },
      });
      expect(sandbox.read('events.jsonl').trimEnd().split('\n').at(-1)).toContain('"run.finished"');
    },
  );

  test('a second one ends a run at once whose handler does not listen', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', DEAF);
    const started = sandbox.start(['run', 'pipeline.ts']);
    await started.printed('ready');
    started.kill('SIGINT');
    await started.printed('cancelling');
    started.kill('SIGINT');
    const { code, stderr } = await started.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('forced to stop');
    // The grace period would have ended the run in order.
    expect(stderr).not.toContain('◼ cancelled');
  });

  test('a second one of another kind gives its own exit code', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', DEAF);
    const started = sandbox.start(['run', 'pipeline.ts', '--output', 'result.json']);
    await started.printed('ready');
    started.kill('SIGINT');
    await started.printed('cancelling');
    started.kill('SIGTERM');
    expect((await started.ended).code).toBe(143);
    expect(sandbox.list()).toEqual(['pipeline.ts']);
  });

  test('lets what always runs and what undoes have its turn, and says so', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { appendFileSync } from 'node:fs';
      const note = (text: string) => () => appendFileSync('notes', text + '\\n');
      export default workflow('saga')
        .addTask('flight').compensate(note('flight undone')).run(() => 1)
        .addTask('hotel').dependsOn('flight').compensate(note('hotel undone')).run(() => 1)
        .addTask('car').dependsOn('hotel').run((_, { signal }) => new Promise((resolve, reject) => {
          const alive = setInterval(() => {}, 1000);
          signal.addEventListener('abort', () => { clearInterval(alive); reject(signal.reason); });
          console.log('ready');
        }))
        .addTask('tidy').dependsOn('car').runAlways().run(note('tidied'));`,
    );
    const started = sandbox.start(['run', 'pipeline.ts']);
    await started.printed('ready');
    started.kill('SIGINT');
    const { code, stderr } = await started.ended;
    expect(code).toBe(130);
    expect(sandbox.read('notes')).toBe('tidied\nhotel undone\nflight undone\n');
    expect(stderr).toContain(
      [
        'cancelling: interrupted (Ctrl-C); running tasks have been told to stop, tasks that always run still do, what was done is undone',
        'a second Ctrl-C ends it at once, whatever is half done',
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(/^✔ undo hotel {2}\d+ ms\n↶ undo flight$/m);
    expect(stderr).toContain('\n  undone: hotel, flight\n');
  });

  test('ends a wait between two attempts at once', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('waits').addTask('a').retry({ attempts: 2, delay: '1h' }).run(() => { throw new Error('again'); });`,
    );
    const started = sandbox.start(['run', 'pipeline.ts']);
    await started.printed('next in 1 h 00 m: again');
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
  });

  test('under --json still gives the events up to the last', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', CLEANS_UP);
    const started = sandbox.start(['run', 'pipeline.ts', '--json']);
    await started.printed('ready');
    started.kill('SIGINT');
    const { code, stdout } = await started.ended;
    expect(code).toBe(130);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.map(({ type }) => type).slice(-4)).toEqual([
      'run.cancelling',
      'task.cancelled',
      'task.cancelled',
      'run.finished',
    ]);
    expect(events.at(-1)).toMatchObject({ state: 'cancelled', error: { code: 'run_cancelled' } });
  });
});

describe('a run that cannot go on', () => {
  test('says that a promise is never settled, and does not look like a success', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('stuck').addTask('forever').run(() => new Promise(() => {})).addTask('fine').run(() => 1);`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain('◼ forever  cancelled');
    expect(stderr).toMatch(/a promise that nothing settles[^]*◼ cancelled {2}1 of 2 tasks succeeded/);
  });

  test('stops at a promise that nobody awaits, and says whose it is', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
export default workflow('stray').addTask('a').run(async (_, { signal }) => {
  void Promise.reject(new TypeError('nobody awaits me'));
  await new Promise((resolve, reject) => {
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => { clearInterval(alive); reject(signal.reason); });
  });
});`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain('an error outside of any task');
    expect(stderr).toMatch(
      /TypeError: nobody awaits me\n {4}at pipeline\.ts:3:23\n\n◼ cancelled {2}0 of 1 task succeeded/,
    );
  });

  test('stops at an error thrown in a callback', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('stray').addTask('a').run((_, { signal }) => new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        setTimeout(() => { throw new Error('from a timer'); }, 5);
        setTimeout(() => {}, 60_000).unref();
      }));`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/from a timer[^]*◼ cancelled/);
  });
});

describe('a reader that has seen enough', () => {
  test.for([[[]], [['--json']]] as const)('does not stop the run: %j', async ([options], { sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { existsSync, writeFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      export default workflow('loud').addTask('print').run(async (_, { log }) => {
        console.log('first');
        while (!existsSync('closed')) await sleep(2);
        for (let line = 0; line < 100; line++) { console.log(line); log.info('line'); await sleep(1); }
        writeFileSync('done', '');
      });`,
    );
    const started = sandbox.start(['run', 'pipeline.ts', ...options]);
    await started.printed('run.started'.slice(0, options.length === 0 ? 0 : 11) || 'first');
    started.child.stdout.destroy();
    sandbox.write('closed', '');
    const { code, stderr } = await started.ended;
    expect(sandbox.has('done')).toBe(true);
    expect(code).toBe(0);
    expect(stderr).not.toContain('EPIPE');
  });

  test('of standard error neither', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { existsSync, writeFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      export default workflow('loud').addTask('print').run(async (_, { log }) => {
        while (!existsSync('closed')) await sleep(2);
        for (let line = 0; line < 100; line++) { log.info('line'); await sleep(1); }
        writeFileSync('done', '');
      });`,
    );
    const started = sandbox.start(['run', 'pipeline.ts']);
    await started.printed('▸ print');
    started.child.stderr.destroy();
    sandbox.write('closed', '');
    expect((await started.ended).code).toBe(0);
    expect(sandbox.has('done')).toBe(true);
  });
});
