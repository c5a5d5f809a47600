import { describe, expect } from 'vitest';
import { test } from './sandbox.ts';

/** What was printed, without times and the run's ID. */
function plain(stderr: string): string[] {
  return stderr
    .replaceAll(/\d+(\.\d+)? m?s\b/g, 'N ms')
    .replaceAll(/01[0-9a-hjkmnp-tv-z]{24}/g, 'ID')
    .trimEnd()
    .split('\n');
}

describe('--fail-fast', () => {
  const PIPELINE = `import { workflow } from 'wf-sdk';
    import { existsSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    export default workflow('load')
      .addTask('bad').run(() => { throw new Error('no rows'); })
      .addTask('slow').run(async (_, { signal }) => { await sleep(150, undefined, { signal }); writeFileSync('slow', ''); })
      .addTask('tidy').dependsOn('slow').runAlways().run(() => writeFileSync('tidy', ''));`;

  test('stops what runs when a task fails, and lets clean-up run', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', PIPELINE);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--fail-fast']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'cancelling: no rows; running tasks have been told to stop, tasks that always run still do\n',
    );
    expect(plain(stderr)).toContain('✖ partial  1 of 3 tasks succeeded in N ms');
    expect(sandbox.list()).toEqual(['pipeline.ts', 'tidy']);
  });

  test('is not what happens without it', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', PIPELINE);
    expect((await sandbox.run(['run', 'pipeline.ts'])).code).toBe(1);
    expect(sandbox.list()).toEqual(['pipeline.ts', 'slow', 'tidy']);
  });
});

describe('--run-mode', () => {
  const PIPELINE = `import { workflow } from 'wf-sdk';
    import { setTimeout as sleep } from 'node:timers/promises';
    const work = async (id: string) => { console.log(id, 'begins'); await sleep(5); console.log(id, 'ends'); };
    export default workflow('order').addTask('a').run(() => work('a')).addTask('b').run(() => work('b'));`;

  test('sequential runs one task after the other', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', PIPELINE);
    const { stdout } = await sandbox.run(['run', 'pipeline.ts', '--run-mode', 'sequential']);
    expect(stdout).toBe('a begins\na ends\nb begins\nb ends\n');
  });

  test.for([
    { args: ['--run-mode', 'both'], stderr: 'Allowed choices are sequential, parallel, hybrid.' },
    {
      args: ['--run-mode', 'sequential', '--concurrency', '2'],
      stderr: "option 'concurrency' must be 1, or left out, where mode is 'sequential', not 2",
    },
  ])('refuses $args before anything runs', async ({ args, stderr }, { sandbox }) => {
    sandbox.write('pipeline.ts', PIPELINE);
    const ended = await sandbox.run(['run', 'pipeline.ts', ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(stderr);
  });
});

describe('a run says', () => {
  test('what was skipped, allowed, stood in for and fanned out, while it goes on and at its end', async ({
    sandbox,
  }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      const fail = (message: string) => () => { throw new Error(message); };
      export default workflow('mixed')
        .addTask('route').run((): 'eu' | 'us' => 'eu')
        .addTask('us').onBranch('route', 'us').run(() => 1)
        .addTask('lint').dependsOn('route').allowFailure().run(fail('style'))
        .addTask('price').dependsOn('lint').triggerRule('all_done').fallback(9).run(fail('no service'))
        .addTask('thumbs').dependsOn('price').forEach(() => [1, 2, 3, 4], { join: { tolerate: 1 }, concurrency: 1 })
        .run(({ item }) => { if (item === 3) throw new Error('bad image'); return item; })
        .output(({ thumbs }) => thumbs.length);`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(0);
    expect(plain(stderr).filter((line) => !line.startsWith('  slowest'))).toEqual([
      'mixed · run ID',
      '▸ route',
      '✔ route  N ms',
      '○ us  skipped: another branch was taken',
      '▸ lint',
      '✖ lint  N ms  failed (allowed): style',
      '▸ price',
      '✔ price  N ms  by fallback: no service',
      '▸ thumbs',
      '✖ thumbs[2]  bad image',
      '✔ thumbs  N ms  3/4 items',
      '',
      '  ✖ lint failed (allowed): style',
      '  1 task skipped: us (branch)',
      '  stood in for: price (fallback)',
      '  fanned out: thumbs 3/4 items',
      '',
      '✔ success  3 of 5 tasks succeeded, 1 skipped, 1 failed (allowed) in N ms',
      '',
      'output',
      '4',
    ]);
  });

  test('what the runs do that its tasks run, and where in them it failed', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
const pack = workflow('pack')
  .addTask('box').run((_, { log }) => { log.info('folded'); return 1; })
  .addTask('label').dependsOn('box').run(() => { throw new Error('out of paper'); });
export default workflow('order').addTask('ship').runWorkflow(pack);`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--events', 'events.jsonl']);
    expect(code).toBe(1);
    expect(plain(stderr).slice(0, -1)).toEqual([
      'order · run ID',
      '▸ ship',
      '  ship › workflow pack · run ID~ship',
      '▸ ship › box',
      '  ship › box │ folded',
      '✔ ship › box  N ms',
      '▸ ship › label',
      '✖ ship › label  N ms  out of paper',
      "✖ ship  N ms  task 'label' failed: out of paper",
      '',
      '  ✖ ship',
      "    run ID~ship of workflow 'pack' failed",
      "    task 'label' failed",
      '    out of paper',
      '      at pipeline.ts:4:56',
      '',
    ]);
    expect(plain(stderr).at(-1)).toBe('✖ failed  0 of 1 task succeeded in N ms');
    const events = sandbox.read('events.jsonl');
    expect(events.match(/"type":"run.finished"/g)).toHaveLength(2);
    expect(events).toContain('"parent":{"run":');
  });

  test('that a breaker opens, and that a time is missed', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { setTimeout as sleep } from 'node:timers/promises';
      export default workflow('calls')
        .addTask('call').breaker({ name: 'api', minimumCalls: 1, resetAfter: 20 }).retry({ attempts: 2, delay: 1 })
        .run((_, { attempt }) => { if (attempt === 1) throw new Error('503'); })
        .addTask('late').dependsOn('call').sla(5).run(() => sleep(40));`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(0);
    expect(stderr).toContain('! breaker api is open: calls are held back\n');
    expect(stderr).toContain('◔ call  waits for breaker api to let it try, ');
    expect(stderr).toContain('✔ breaker api is closed again\n');
    expect(stderr).toContain('! late takes longer than its sla of 5 ms\n');
  });

  test('what is odd about the workflow, but not on standard output', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { z } from 'zod';
      export default workflow('routes')
        .addTask('route').output(z.enum(['eu', 'us'])).run(() => 'eu' as const)
        .addTask('eu').onBranch('route', 'eu').run(() => 1);`,
    );
    const warning = /^warning: task 'route' can give 'us', and no task is on that branch; .*$/m;
    const [ran, drawn, quiet] = await Promise.all([
      sandbox.run(['run', 'pipeline.ts']),
      sandbox.run(['graph', 'pipeline.ts']),
      sandbox.run(['run', 'pipeline.ts', '--quiet']),
    ]);
    expect([ran.code, drawn.code, quiet.code]).toEqual([0, 0, 0]);
    expect(ran.stderr).toMatch(warning);
    expect(drawn.stderr).toMatch(warning);
    expect(drawn.stdout).not.toContain('warning');
    expect(quiet.stderr).toBe('');
  });
});
