import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, workflow } from '@wf-sdk/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import './vitest.ts';

const etl = workflow('etl')
  .addTask('extract')
  .run(() => ['a'])
  .addTask('clean')
  .dependsOn('extract')
  .run(({ extract }) => extract)
  .addTask('load')
  .dependsOn('clean')
  .run(({ clean }) => clean.length)
  .output(({ load }) => load);
const result = await run(etl);

const UNMET = `task 'load' of workflow 'etl' does not depend on 'extract' directly, only by way of 'clean' (that is toRunBefore)

▶ ○ extract  ← no dependency of 'load'
  ● clean
▶ ■ load  ← depends on 'clean'
`;

describe('in this process', () => {
  test('assertions on a workflow', () => {
    expect(etl).toHaveTask('load');
    expect(etl).not.toHaveTask('legacy');
    expect(etl).toDependOn('load', 'clean');
    expect(etl).not.toDependOn('load', 'extract');
    expect(() => expect(etl).toDependOn('load', 'extract')).toThrow(UNMET);
    expect(() => expect(etl).not.toDependOn('load', 'clean', 'extract')).toThrow(
      `depends on 'clean', and should not`,
    );
    expect(() => expect(etl).not.toDependOn('load', 'extrct' as never)).toThrow(
      `no task 'extrct' in workflow 'etl'; did you mean 'extract'?`,
    );
    expect(() => expect(result as never).toHaveTask('load')).toThrow(
      'this looks at a workflow, and was given',
    );
  });

  test('assertions on a result', () => {
    expect(result).toSucceed();
    expect(result).toHaveRun('load', { attempts: 1 });
    expect(result).toHaveOutput(1);
    expect(result).toHaveOutput('extract', expect.arrayContaining(['a']) as string[]);
    expect(result).not.toHaveOutput('extract', ['b']);
    expect(() => expect(result).toHaveOutput('extract', ['b'])).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(
          `the output of task 'extract' differs at [0]: it is 'a', not 'b'`,
        ) as string,
        actual: ['a'],
        expected: ['b'],
      }),
    );
  });

  test('what a promise gives, and what comes true in time', async () => {
    await expect(run(etl)).resolves.toHaveRun('load');
    const unmet = (): Promise<void> => expect(run(etl)).resolves.toHaveSkipped('load');
    await expect(unmet()).rejects.toThrow('should have been skipped');
    await expect(Promise.resolve(etl)).resolves.toMatchGraph('○ extract\n● clean\n■ load');
    let polled = 0;
    await expect.poll(() => (polled++ < 2 ? workflow('empty') : etl), { interval: 1 }).toHaveTask('load');
    await expect.poll(() => etl, { interval: 1 }).toMatchGraph('○ extract\n● clean\n■ load');
    await expect(
      expect.poll(() => etl, { interval: 1, timeout: 5 }).toDependOn('load', 'extract'),
    ).rejects.toThrow(UNMET);
  });

  test('a drawing that is polled is compared, and no snapshot', async () => {
    let polled = 0;
    const later = (): object => (polled++ < 2 ? workflow('empty') : etl);
    await expect.poll(later, { interval: 1 }).toMatchGraph('○ extract\n● clean\n■ load');
    await expect(
      expect.poll(() => etl, { interval: 1, timeout: 5 }).toMatchGraph('○ extract'),
    ).rejects.toThrow(`workflow 'etl' does not match the graph (- expected, + it is)`);
  });

  test('as a part of a larger value', () => {
    expect({ workflow: etl, result }).toEqual({
      workflow: expect.toRunBefore('extract', 'load'),
      result: expect.not.toHaveFailed('load'),
    });
    expect([etl]).not.toEqual([expect.toDependOn('load', 'extract')]);
    expect([etl]).toEqual([expect.toMatchGraph('○ extract\n● clean\n■ load')]);
    expect([etl]).toEqual([expect.not.toMatchGraph('○ extract')]);
    expect([etl]).not.toEqual([expect.toMatchGraph('○ extract')]);
  });

  test('a drawing with not is compared and never written', () => {
    expect(etl).not.toMatchGraph('○ extract');
    expect(() => expect(etl).not.toMatchGraph('○ extract\n● clean\n■ load')).toThrow(
      'matches this graph, and should not',
    );
    expect(() => expect(etl).not.toMatchGraph()).toThrow('toMatchGraph needs a drawing here');
  });
});

describe('in a project of its own', () => {
  const packageFolder = fileURLToPath(new URL('..', import.meta.url));
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(packageFolder, '.tmp-'));
    await write('etl.ts', ETL);
    await write('vitest.config.ts', CONFIG);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const write = (file: string, text: string): Promise<void> => writeFile(path.join(folder, file), text);
  const read = (file: string): Promise<string> => readFile(path.join(folder, file), 'utf8');

  interface Ended {
    readonly passed: boolean;
    /** All it printed, without colours. */
    readonly printed: string;
  }

  /** Runs vitest on one file of the project. */
  const vitest = (file: string, update: 'new' | 'all' | 'none'): Promise<Ended> => {
    const bin = path.join(
      path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
      'vitest.mjs',
    );
    const args = [bin, 'run', '--root', folder, `--update=${update}`, file];
    return new Promise((resolve) => {
      execFile(process.execPath, args, { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) =>
        resolve({ passed: error === null, printed: stdout + stderr }),
      );
    });
  };

  test(
    'a drawing is written into the test, compared, and brought up to date',
    { timeout: 60_000 },
    async () => {
      await write('graph.test.ts', GRAPH_TEST);
      expect(await vitest('graph.test.ts', 'new')).toMatchObject({ passed: true });
      const written = await read('graph.test.ts');
      expect(written).toBe(
        GRAPH_TEST.replace(
          'toMatchGraph()',
          'toMatchGraph(`\n    ○ extract\n    ├─● clean\n    ● │ audit\n    ■─╯ load\n  `)',
        ),
      );

      await write('etl.ts', ETL.replace(`dependsOn('clean', 'audit')`, `dependsOn('clean')`));
      const outdated = await vitest('graph.test.ts', 'new');
      expect(outdated.passed).toBe(false);
      expect(outdated.printed).toContain(
        `  ○ extract\n  ├─● clean\n- ● │ audit\n+ ■ │ audit\n- ■─╯ load\n+   ■ load\n`,
      );
      expect(await read('graph.test.ts')).toBe(written);

      expect(await vitest('graph.test.ts', 'all')).toMatchObject({ passed: true });
      expect(await read('graph.test.ts')).toBe(
        written.replace('● │ audit', '■ │ audit').replace('■─╯ load', '  ■ load'),
      );
      expect(await vitest('graph.test.ts', 'none')).toMatchObject({ passed: true });
      await write('etl.ts', ETL);
    },
  );

  test('soft assertions are all reported, each with its drawing', { timeout: 60_000 }, async () => {
    await write('soft.test.ts', SOFT_TEST);
    const { passed, printed } = await vitest('soft.test.ts', 'none');
    expect(passed).toBe(false);
    expect(printed).toContain(`the roots of workflow 'etl' are 'extract', not 'load'`);
    expect(printed).toContain('▶ ○ extract  ← a root that was not expected');
    expect(printed).toContain(`task 'clean' of workflow 'etl' does not depend on 'audit'`);
    expect(printed).toContain('soft.test.ts:6:20');
  });
});

const CONFIG = `
const conditions = ['@wf-sdk/source', 'module', 'node', 'development|production'];
export default { resolve: { conditions }, ssr: { resolve: { conditions } } };
`;

const ETL = `
import { workflow } from '@wf-sdk/core';
export default workflow('etl')
  .addTask('extract').run(() => 1)
  .addTask('clean').dependsOn('extract').run(() => 1)
  .addTask('audit').dependsOn('extract').run(() => 1)
  .addTask('load').dependsOn('clean', 'audit').run(() => 1);
`;

const GRAPH_TEST = `import { expect, test } from 'vitest';
import '../src/vitest.ts';
import etl from './etl.ts';

test('graph', () => {
  expect(etl).toMatchGraph();
});
`;

const SOFT_TEST = `import { expect, test } from 'vitest';
import '../src/vitest.ts';
import etl from './etl.ts';

test('soft', () => {
  expect.soft(etl).toHaveRoots('load');
  expect.soft(etl).toDependOn('clean', 'audit');
});
`;
