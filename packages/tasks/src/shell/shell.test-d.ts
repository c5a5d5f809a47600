import { graph, task, type TaskContext, workflow } from '@wf-sdk/core';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import { shell } from '../index.ts';

const extracted = workflow<{ readonly day: string }>('etl')
  .addTask('extract')
  .run(() => ({ path: 'a.csv', rows: 3 }));

// The data that a command is made of is what the task reads, and its output what the options say.
const flow = extracted
  .addTask('text')
  .dependsOn('extract')
  .run(shell(({ extract }) => ['python3', 'load.py', extract.path]))
  .addTask('lines')
  .dependsOn('extract')
  .run(shell(({ extract, input }) => ['split', extract.path, input.day], { output: 'lines' }))
  .addTask('json')
  .run(shell('cat a.json', { output: 'json' }))
  .addTask('checked')
  .dependsOn('extract')
  .run(
    shell(({ extract }) => ({ command: ['jq', '.'], cwd: extract.path, input: extract }), {
      output: z.object({ n: z.string().transform(Number) }),
      cwd: '/',
    }),
  )
  .addTask('nothing')
  .run(shell(['make', 'all'], { output: 'none' }))
  .addTask('plain')
  .run(shell(['date'], { cwd: '/' }))
  .addTask('each')
  .dependsOn('extract')
  .forEach(({ extract }) => [extract.path])
  .run(shell(({ item, index }) => ['gzip', item.toUpperCase(), String(index)]))
  .addTask('settled')
  .dependsOn('extract')
  .triggerRule('all_done')
  .run(shell(({ extract }) => ['say', extract.status]))
  .addTask('later')
  .run(shell(async (_, { attempt }) => Promise.resolve(`sleep ${attempt}`)))
  .output((outputs) => outputs);

type Out = NonNullable<NonNullable<(typeof flow)['~types']>['output']>;
expectTypeOf<Out['text']>().toEqualTypeOf<string>();
expectTypeOf<Out['lines']>().toEqualTypeOf<string[]>();
expectTypeOf<Out['json']>().toEqualTypeOf<unknown>();
expectTypeOf<Out['checked']>().toEqualTypeOf<{ n: number }>();
expectTypeOf<Out['nothing']>().toEqualTypeOf<undefined>();
expectTypeOf<Out['plain']>().toEqualTypeOf<string>();
expectTypeOf<Out['each']>().toEqualTypeOf<string[]>();
expectTypeOf<Out['later']>().toEqualTypeOf<string>();

// What the task does not read is not there.
extracted
  .addTask('a')
  // @ts-expect-error -- extract is no dependency
  .run(shell(({ extract }) => ['cat', extract.path]));
extracted
  .addTask('a')
  .dependsOn('extract')
  // @ts-expect-error -- arguments are texts
  .run(shell(({ extract }) => ['head', extract.rows]));

// Secrets are those that the task named, in the command and in the environment.
extracted
  .addTask('query')
  .dependsOn('extract')
  .secrets('PGPASSWORD')
  .run(
    shell('psql -f load.sql', {
      env: ({ extract }, { secrets }) => {
        expectTypeOf(secrets).toEqualTypeOf<Readonly<Record<'PGPASSWORD', string>>>();
        return { PGPASSWORD: secrets.PGPASSWORD, FILE: extract.path };
      },
    }),
  );
extracted
  .addTask('query')
  .secrets('PGPASSWORD')
  // @ts-expect-error -- a secret that the task did not name
  .run(shell((_, { secrets }) => ['psql', secrets.OTHER]));

// By itself it is a function.
const named = shell((data: { readonly name: string }) => ['echo', data.name]);
expectTypeOf(named).parameters.toEqualTypeOf<[{ readonly name: string }, TaskContext]>();
expectTypeOf(named).returns.toEqualTypeOf<Promise<string>>();
extracted
  .addTask('name')
  .run(() => 'x')
  .addTask('a')
  .dependsOn('name')
  .run(named);

// @ts-expect-error -- no such output
shell('ls', { output: 'csv' });
// @ts-expect-error -- a program is needed
shell([]);
// @ts-expect-error -- no such stream
shell('ls', { log: ['stdin'] });

// By reference, as a reusable task, and to undo what a task did.
const g = graph();
const made = g.addTask('made').run(() => 'a.csv');
const packed = g
  .addTask('packed')
  .dependsOn(made)
  .run(shell(({ made: file }) => ['gzip', file.toUpperCase()], { output: 'lines' }));
g.addTask('read')
  .dependsOn(packed)
  .run(({ packed: lines }) => expectTypeOf(lines).toEqualTypeOf<string[]>());
const reusable = task({ name: 'list', run: shell((folder: string) => ['ls', folder]) });
extracted
  .addTask('list')
  .dependsOn('extract')
  .run(reusable, ({ extract }) => extract.path);
extracted
  .addTask('undone')
  .compensate((file: string, data, context) => shell(['rm', file])(data, context))
  .run(() => 'x');
