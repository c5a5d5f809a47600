import { describe, expect } from 'vitest';
import { test } from './sandbox.ts';

const FAILS_IN_PART = `import { workflow } from 'wf-sdk';

export default workflow('fails-in-part')
  .addTask('fine')
  .run(() => 1)
  .addTask('broken')
  .run(() => {
    throw new Error('no rows\\nfor today', { cause: new TypeError('fetch failed') });
  })
  .addTask('after')
  .dependsOn('broken')
  .run(() => 1)
  .addTask('afterAfter')
  .dependsOn('after')
  .run(() => 1);
`;

describe('a run that succeeds', () => {
  test('exits with 0, and keeps standard output for what tasks print', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('fine')
        .addTask('a').run(() => { console.log('printed by a'); return 20; })
        .addTask('b').run((_, { log }) => { log.warn('look', { at: 1 }); return 1; })
        .addTask('sum').dependsOn('a', 'b').run(({ a, b }) => a + b)
        .output(({ sum }) => ({ sum }));`,
    );
    const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(0);
    expect(stdout).toBe('printed by a\n');
    expect(stderr).toMatch(/^fine · run \w+\n/);
    expect(stderr).toMatch(/^▸ sum$/m);
    expect(stderr).toMatch(/^✔ sum {2}\d+ ms$/m);
    expect(stderr).toContain('  b │ warn: look {"at":1}\n');
    expect(stderr).toMatch(/^✔ success {2}3 of 3 tasks succeeded in \d+ ms$/m);
    expect(stderr).toMatch(/^ {2}slowest: (\w+ \d+ ms, ){2}\w+ \d+ ms$/m);
    expect(stderr).toMatch(/\noutput\n\{\n {2}"sum": 21\n\}\n$/);
  });

  test('ends although a timer and a server were left open', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { createServer } from 'node:http';
      setInterval(() => {}, 1000);
      export default workflow('open').addTask('serve').run(() => new Promise((resolve) => {
        createServer().listen(0, () => resolve('listens'));
      }));`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(0);
    expect(stderr).toContain('✔ success');
  });

  test('does not lose what was printed last, however much', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('loud').addTask('print').run(() => {
        process.stdout.write('x'.repeat(3_000_000) + 'end');
      });`,
    );
    const { code, stdout } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(0);
    expect(stdout.length).toBe(3_000_003);
    expect(stdout.endsWith('xend')).toBe(true);
  });

  test('keeps its exit code, whatever a task makes of the process', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('meddler').addTask('meddle').run(() => { process.exitCode = 7; });`,
    );
    expect((await sandbox.run(['run', 'pipeline.ts'])).code).toBe(0);
  });
});

describe('a run that fails', () => {
  test('exits with 1 and tells of partial success, errors with their lines, causes, and what was not run', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', FAILS_IN_PART);
    const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^✖ broken {2}\d+ ms {2}no rows$/m);
    expect(stderr).toContain('⊘ after  not run: broken did not succeed\n');
    expect(stderr).toMatch(/^✖ partial {2}1 of 4 tasks succeeded in \d+ ms$/m);
    expect(stderr).toContain(
      [
        '',
        '  ✖ broken',
        '    no rows',
        '    for today',
        '      at pipeline.ts:8:11',
        '    caused by TypeError: fetch failed',
        '      at pipeline.ts:8:52',
        '',
        '  2 tasks not run because of that: after, afterAfter',
        '',
      ].join('\n'),
    );
  });

  test('says failed where nothing succeeded', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('fails').addTask('a').retry({ attempts: 3, delay: 1 }).run(() => { throw 'a text'; });`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^↻ a {2}attempt 1\/3 failed, next in 1 ms: /m);
    expect(stderr).toMatch(/^▸ a {2}attempt 3\/3$/m);
    expect(stderr).toMatch(/^✖ failed {2}0 of 1 task succeeded/m);
    expect(stderr).toContain('✖ a after 3 attempts');
    expect(stderr).toContain(`a value that is not an Error: a text`);
  });

  test('names the line of a file that the pipeline imports, wherever it was thrown', async ({ sandbox }) => {
    sandbox.write(
      'lib/steps.ts',
      `interface Row { readonly id: number }
export async function load(rows: readonly Row[]): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return rows[3]!.id;
}
`,
    );
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { load } from './lib/steps.ts';
      export default workflow('deep').addTask('load').run(() => load([]));`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain('TypeError: Cannot read properties of undefined');
    expect(stderr).toContain('at lib/steps.ts:4:19\n');
  });

  test('exits with 1 when the output function throws, and says where', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
export default workflow('selects').addTask('a').run(() => 1).output((): number => {
  throw new Error('cannot select');
});`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot select');
    expect(stderr).toContain('pipeline.ts:3:9');
  });

  test('exits with 1 when an output does not fit its schema', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { z } from 'zod';
      export default workflow('shape').addTask('a').output(z.object({ n: z.number() })).run(() => ({ n: 'one' }) as never);`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ValidationError: .*'a'/);
    expect(stderr).toMatch(/- n: .*expected number/);
  });

  test('is not green when a task ends the process', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('exits').addTask('a').run(() => process.exit(0)).addTask('b').dependsOn('a').run(() => 1);`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain('process.exit');
  });
});

describe('--timeout', () => {
  test('ends the run with 124, after the handler has cleaned up', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { writeFileSync } from 'node:fs';
      export default workflow('slow').addTask('wait').run((_, { signal }) => new Promise((resolve) => {
        const alive = setInterval(() => {}, 1000);
        signal.addEventListener('abort', () => setTimeout(() => {
          writeFileSync('cleaned-up', String((signal.reason as Error).name));
          clearInterval(alive);
          resolve('late');
        }, 50));
      })).addTask('after').dependsOn('wait').run(() => 1);`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--timeout', '50ms']);
    expect(code).toBe(124);
    expect(sandbox.read('cleaned-up')).toBe('RunTimeoutError');
    expect(stderr).toMatch(/^✖ failed {2}0 of 2 tasks succeeded/m);
    expect(stderr).toContain('took longer than its timeout of 50 ms');
  });

  test.for(['soon', '5', '-1s', ''])('refuses %j before anything runs', async (timeout, { sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('quick').addTask('a').run(() => console.log('ran'));`,
    );
    const { code, stdout, stderr } = await sandbox.run([
      'run',
      'pipeline.ts',
      '--timeout',
      timeout,
      '--output',
      'result.json',
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('timeout');
    expect(sandbox.list()).toEqual(['pipeline.ts']);
  });
});

describe('--concurrency', () => {
  const BOTH = `import { workflow } from 'wf-sdk';
    import { setTimeout as sleep } from 'node:timers/promises';
    const work = async (id: string) => { console.log(id, 'begins'); await sleep(20); console.log(id, 'ends'); };
    export default workflow('order')
      .addTask('a').run(() => work('a'))
      .addTask('b').run(() => work('b'))
      .addTask('c').run(() => work('c'));`;

  test('1 runs one task after the other, in the order of definition', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', BOTH);
    const { stdout } = await sandbox.run(['run', 'pipeline.ts', '--concurrency', '1']);
    expect(stdout.split('\n').slice(0, -1)).toEqual([
      'a begins',
      'a ends',
      'b begins',
      'b ends',
      'c begins',
      'c ends',
    ]);
  });

  test('runs so many at once, and all of them without it', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', BOTH);
    const two = await sandbox.run(['run', 'pipeline.ts', '--concurrency=2']);
    expect(two.stdout.split('\n').slice(0, 3)).toEqual(['a begins', 'b begins', 'a ends']);
    const all = await sandbox.run(['run', 'pipeline.ts']);
    expect(all.stdout.split('\n').slice(0, 3)).toEqual(['a begins', 'b begins', 'c begins']);
  });

  test.for(['0', '-1', '1.5', 'many', ''])('refuses %j', async (concurrency, { sandbox }) => {
    sandbox.write('pipeline.ts', BOTH);
    const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts', '--concurrency', concurrency]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('It must be a whole number from 1.');
  });
});

describe('--quiet', () => {
  test('prints nothing where all is well but what tasks print', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('quiet').addTask('a').run((_, { log }) => { log.info('psst'); console.log('mine'); }).output(() => 1);`,
    );
    expect(await sandbox.run(['run', 'pipeline.ts', '--quiet'])).toEqual({
      code: 0,
      signal: null,
      stdout: 'mine\n',
      stderr: '',
    });
  });

  test('prints the errors where it is not', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', FAILS_IN_PART);
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--quiet']);
    expect(code).toBe(1);
    expect(stderr).toContain('no rows');
    expect(stderr).toContain('pipeline.ts:8:11');
    expect(stderr).not.toContain('▸');
  });
});

describe('--dry-run', () => {
  const WRITES = `import { workflow } from 'wf-sdk';
    import { z } from 'zod';
    import { writeFileSync } from 'node:fs';
    const touch = (name: string) => () => writeFileSync(name, '');
    export default workflow('writes', { version: '2.1.0', input: z.object({ rows: z.number().max(10).default(1) }) })
      .addTask('a').retry({ attempts: 3 }).timeout('5s').run(touch('a.txt'))
      .addTask('b').dependsOn('a').run(touch('b.txt'))
      .addTask('c').run(touch('c.txt'))
      .output(() => writeFileSync('output.txt', ''));`;

  test('shows the batches and the critical path, and runs nothing', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WRITES);
    const { code, stdout, stderr } = await sandbox.run([
      'run',
      'pipeline.ts',
      '--dry-run',
      '--output',
      'o.json',
      '--events',
      'e.jsonl',
    ]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('writes 2.1.0: 3 tasks in 2 batches');
    expect(stdout).toMatch(/batch 1\n {2}\* a .*\n {4}c\n\nbatch 2\n {2}\* b {2}← a\n/);
    expect(stdout).toContain('* critical path: a → b');
    expect(stdout).toContain('nothing was run');
    expect(sandbox.list()).toEqual(['pipeline.ts']);
  });

  test('checks the input', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', WRITES);
    const { code, stdout, stderr } = await sandbox.run(['run', 'pipeline.ts', '--dry-run', '--rows', '11']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/--rows {2}.*10.*got 11/);
  });
});
