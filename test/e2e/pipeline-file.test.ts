import { describe, expect } from 'vitest';
import { test } from './sandbox.ts';

const FINE = `import { workflow } from 'wf-sdk';
export default workflow('fine').addTask('a').run(() => 'ran').output(({ a }) => a);
`;

const TWO = `import { workflow } from 'wf-sdk';
export const daily = workflow('daily').addTask('a').run(() => console.log('daily ran'));
export const weekly = workflow('weekly').addTask('a').run(() => console.log('weekly ran'));
export const notOne = 1;
`;

describe('a pipeline', () => {
  test.for(['pipeline.ts', 'pipeline.mts', 'pipeline.js', 'pipeline.mjs', 'with space/ünï/pipe line.ts'])(
    'may be %s',
    async (name, { sandbox }) => {
      sandbox.write(name, FINE);
      const { code, stderr } = await sandbox.run(['run', name]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/\noutput\nran\n$/);
    },
  );

  test('is not type-checked, and may await at its top', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      const wrong: number = 'text';
      const name: string = await new Promise((resolve) => setTimeout(resolve, 1, 'awaited'));
      enum Level { Low, High }
      export default workflow('loose').addTask('a').run(() => [wrong, name, Level.High]).output(({ a }) => a.join());`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(0);
    expect(stderr).toContain('\noutput\ntext,awaited,1\n');
  });

  test('in another folder has the paths of its own tsconfig.json, and the working folder of the shell', async ({
    sandbox,
  }) => {
    sandbox.write(
      'elsewhere/tsconfig.json',
      '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } } // and a comment',
    );
    sandbox.write('elsewhere/src/steps/names.ts', `export const name = (): string => 'found';`);
    sandbox.write(
      'elsewhere/pipelines/pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { name } from '~/steps/names.ts';
      export default workflow('aliased').addTask('a').run(() => name() + ' in ' + process.cwd()).output(({ a }) => a);`,
    );
    sandbox.write('here/.keep', '');
    const { code, stderr } = await sandbox.run(['run', '../elsewhere/pipelines/pipeline.ts'], {
      cwd: 'here',
    });
    expect(code).toBe(0);
    expect(stderr).toContain(`\noutput\nfound in ${sandbox.path('here')}\n`);
  });

  test('where nothing is installed gets wf-sdk and zod, the same ones as the command', async ({
    sandbox,
  }) => {
    sandbox.write(
      'pipeline.ts',
      `import { CancelledError, isWorkflowError, NonRetryableError, run, TimeoutError, workflow } from 'wf-sdk';
      import { z } from 'zod';
      export default workflow('lent', { input: z.object({ n: z.int().default(1) }) })
        .addTask('inner').run(async () => {
          const slow = workflow('slow').addTask('t').timeout(5).run(() => new Promise((resolve) => setTimeout(resolve, 50)));
          const { tasks } = await run(slow);
          return [tasks.t.error instanceof TimeoutError, isWorkflowError(tasks.t.error)];
        })
        .addTask('own').dependsOn('inner').retry({ attempts: 5 }).run(({ inner, input }, { signal }) => {
          signal.addEventListener('abort', () => console.log(signal.reason instanceof CancelledError));
          throw new NonRetryableError(JSON.stringify([...inner, input.n]));
        });`,
    );
    const { code, stderr } = await sandbox.run(['run', 'pipeline.ts']);
    expect(code).toBe(1);
    // One attempt only: the command's core knows the pipeline's error.
    expect(stderr).toMatch(/^✖ own {2}\d+ ms {2}NonRetryableError: \[true,true,1\]$/m);
    expect(stderr).not.toContain('attempt');
  });
});

describe('of several workflows', () => {
  test('--export takes one', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', TWO);
    const { code, stdout } = await sandbox.run(['run', 'pipeline.ts', '--export', 'weekly']);
    expect(code).toBe(0);
    expect(stdout).toBe('weekly ran\n');
  });

  test.for([
    { args: [], stderr: 'The file exports 2 workflows: daily, weekly. Choose one with --export <name>' },
    { args: ['--export', 'dayly'], stderr: 'The file has no export named dayly. Did you mean daily?' },
    { args: ['--export', 'notOne'], stderr: 'The export notOne is no workflow: a number.' },
  ])('none is guessed: $args', async ({ args, stderr }, { sandbox }) => {
    sandbox.write('pipeline.ts', TWO);
    const ended = await sandbox.run(['run', 'pipeline.ts', ...args]);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain(stderr);
  });
});

describe('a file that cannot be run exits with 2 and one message:', () => {
  test.for([
    {
      what: 'no such file',
      args: ['pipelin.ts'],
      stderr: 'No such file: pipelin.ts. Did you mean pipeline.ts?\n',
    },
    { what: 'a folder', args: ['folder'], stderr: 'folder is a folder, not a pipeline file.' },
    {
      what: 'another kind of file',
      args: ['folder/notes.md'],
      stderr: 'Cannot run folder/notes.md: its extension is .md.',
    },
  ])('$what', async ({ args, stderr }, { sandbox }) => {
    sandbox.write('pipeline.ts', FINE);
    sandbox.write('folder/notes.md', '');
    const ended = await sandbox.run(['run', ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(stderr);
  });

  test.for([
    {
      what: 'no workflow',
      source: `export const x = 1;`,
      stderr: 'The file exports no workflow. What it exports instead: x is a number.\n',
    },
    {
      what: 'a syntax error',
      source: `import { workflow } from 'wf-sdk';\nexport default workflow('x')\n  .addTask('a' run(() => 1);\n`,
      stderr: 'Syntax error at pipeline.ts:3:16: ',
    },
    {
      what: 'a package that is not there',
      source: `import { workflow } from 'wf-sdk';\nimport left from 'left-pad-of-mine';\nexport default left;`,
      stderr:
        "Cannot find 'left-pad-of-mine', imported by pipeline.ts:2:18. Run: npm install left-pad-of-mine",
    },
    {
      what: 'an error while it is loaded',
      source: `const rows: { n: number }[] = [];\nconst first = rows[0]!.n;\nexport default first;`,
      stderr: 'pipeline.ts failed while it was loaded: TypeError: Cannot read properties of undefined',
    },
    {
      what: 'a top-level await that nothing ends',
      source: `await new Promise(() => {});\nexport default 1;`,
      stderr: 'pipeline.ts never finished loading',
    },
    {
      what: 'a task twice, in code that is not type-checked',
      source: `import { workflow } from 'wf-sdk';
        export default workflow('w').addTask('a').run(() => 1).addTask('a').run(() => 2).addTask('b').dependsOn('ax').run(() => 3);`,
      stderr: "workflow 'w'",
    },
    {
      what: 'an empty file',
      source: '',
      stderr: 'The file exports no workflow. It exports nothing',
    },
  ])('$what', async ({ source, stderr }, { sandbox }) => {
    sandbox.write('pipeline.ts', source);
    const ended = await sandbox.run(['run', 'pipeline.ts']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(stderr);
    // For the user, not for us: no stack of the command's own.
    expect(ended.stderr).not.toMatch(/please report|dist\/main\.js/);
    expect(ended.stderr.endsWith('\n')).toBe(true);
  });

  const CYCLE = `import { fromJSON } from 'wf-sdk';
    const tasks = [
      { id: 'a', dependsOn: ['c'] }, { id: 'b', dependsOn: ['a'] }, { id: 'c', dependsOn: ['b'] },
      { id: 'd', dependsOn: ['bb'] },
    ];
    const run = () => console.log('ran');
    export default fromJSON({ id: 'circle', tasks }, { handlers: { a: run, b: run, c: run, d: run } });`;

  test.for([['run'], ['run', '--dry-run'], ['graph']])(
    'a cycle, named with its path, along with all else: %j',
    async (args, { sandbox }) => {
      sandbox.write('pipeline.ts', CYCLE);
      const { code, stdout, stderr } = await sandbox.run([...args, 'pipeline.ts']);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain("workflow 'circle' has 2 problems in its definition:");
      expect(stderr).toMatch(/a → (b → c|c → b) → a|a ← (b ← c|c ← b) ← a/);
      expect(stderr).toMatch(/'bb'.*did you mean 'b'\?/);
    },
  );
});
