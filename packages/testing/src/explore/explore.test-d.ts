import { workflow } from '@wf-sdk/core';
import { expectTypeOf } from 'expect-type';
import { everyPath, explore, type ExploreReport, type Fate, type PathsReport } from '../index.ts';

const etl = workflow<{ readonly day: string }>('etl')
  .addTask('extract')
  .run(() => ['a'])
  .addTask('load')
  .dependsOn('extract')
  .run(({ extract }) => extract.length)
  .output(({ load }) => load);
const input = { day: 'monday' };

expectTypeOf(
  everyPath(etl, (result, path) => {
    expectTypeOf(result.outputs.extract).toEqualTypeOf<string[] | undefined>();
    expectTypeOf(result.output).toEqualTypeOf<number | undefined>();
    expectTypeOf(path).toEqualTypeOf<{ readonly extract?: Fate; readonly load?: Fate }>();
    // @ts-expect-error -- there is no such task
    void path.extrct;
    // @ts-expect-error -- there is no such task
    void result.tasks.extrct;
  }),
).toEqualTypeOf<Promise<PathsReport>>();

void everyPath(etl, () => true, { tasks: ['load'], errors: { load: new Error('full') } });
// @ts-expect-error -- there is no such task
void everyPath(etl, () => true, { tasks: ['lod'] });
// @ts-expect-error -- there is no such task
void everyPath(etl, () => true, { errors: { lod: new Error('full') } });
// @ts-expect-error -- each path has a clock of its own
void everyPath(etl, () => true, { clock: undefined });

expectTypeOf(
  explore(etl, {
    input,
    failing: ['extract'],
    invariant: ({ outputs, tasks }) => {
      expectTypeOf(outputs.extract).toEqualTypeOf<string[] | undefined>();
      expectTypeOf(tasks.load.attempts).toEqualTypeOf<number>();
    },
  }),
).toEqualTypeOf<Promise<ExploreReport>>();

void explore(etl, { stubAll: true, invariant: () => true });
// @ts-expect-error -- the workflow has an input
void explore(etl, { invariant: () => true });
// @ts-expect-error -- there is nothing to be true of every run
void explore(etl, { input });
// @ts-expect-error -- there is no such task
void explore(etl, { input, invariant: () => true, failing: ['lod'] });
// @ts-expect-error -- each case has a seed of its own
void explore(etl, { input, invariant: () => true, seed: 1 });
