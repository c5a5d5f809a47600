import { run, workflow } from '@wf-sdk/core';
import { expect } from 'vitest';
import './vitest.ts';

const etl = workflow('etl')
  .addTask('extract')
  .run(() => ['a'])
  .addTask('load')
  .dependsOn('extract')
  .when(() => true)
  .run(({ extract }) => extract.length)
  .output(({ load }) => ({ rows: load }));
declare const untyped: ReturnType<typeof JSON.parse>;

async function workflows() {
  // IDs of tasks are completed and checked, with `not`, `soft`, `poll` and `resolves` too.
  expect(etl).toHaveTask('extract');
  expect(etl).not.toHaveTask('legacy');
  expect(etl).toDependOn('load', 'extract');
  expect(etl).not.toRunBefore('load', 'extract');
  expect.soft(etl).toHaveRoots('extract');
  await expect(Promise.resolve(etl)).resolves.toHaveLeaves('load');
  await expect.poll(() => etl).toHaveCriticalPath('extract', 'load');
  const promise = (): Promise<void> => expect(Promise.resolve(etl)).resolves.toDependOn('load', 'extract');
  const drawn = (): Promise<void> => expect(Promise.resolve(etl)).resolves.toMatchGraph();
  expect(etl).toMatchGraph();
  expect(etl).toMatchGraph('○ extract');
  // @ts-expect-error TS2345: '"extrct"' is not assignable to parameter of type '"extract" | "load"'
  expect(etl).toDependOn('load', 'extrct');
  // @ts-expect-error TS2345
  expect(etl).not.toDependOn('load', 'extrct');
  // @ts-expect-error TS2345
  expect.soft(etl).toRunBefore('extrct', 'load');
  // @ts-expect-error TS2345
  await expect(Promise.resolve(etl)).resolves.toHaveRoots('extrct');
  // @ts-expect-error TS2554: nothing to depend on
  expect(etl).toDependOn('load');
  // @ts-expect-error TS2345: 'Error: expect() was given something else than a workflow'
  expect(5).toDependOn('load', 'extract');
}

async function results() {
  const result = await run(etl);
  expect(result).toSucceed();
  expect(result).toHaveOutcome('partial');
  expect(result).toHaveRun('load', { attempts: 3 });
  expect(result).toHaveSkipped('load', 'condition');
  expect(result).toFailWith(RangeError, 'load');
  expect(result).toHaveRunInOrder('extract', 'load');
  expect(result).toHaveCompensated('extract');
  expect(result).toHaveOutput({ rows: 1 });
  expect(result).toHaveOutput('load', undefined);
  expect(result).toHaveOutput('extract', expect.arrayContaining(['a']));
  expect(result).not.toHaveOutput('extract', ['b']);
  await expect(run(etl)).resolves.toHaveRun('load');
  // @ts-expect-error TS2345: '"lod"' is not assignable to parameter of type '"extract" | "load"'
  expect(result).toHaveRun('lod');
  // @ts-expect-error TS2345
  await expect(run(etl)).resolves.toHaveRun('lod');
  const promise = (): Promise<void> => expect(run(etl)).resolves.toHaveOutput('extract', ['a']);
  const another = (): Promise<void> => expect(run(etl)).resolves.toHaveCompensated('extract');
  // @ts-expect-error TS2345: a number is no list of strings
  expect(result).toHaveOutput('extract', 5);
  // @ts-expect-error TS2345
  expect(result).toHaveOutput({ row: 1 });
  // @ts-expect-error TS2345
  expect(result).toHaveSkipped('load', 'mood');
  // @ts-expect-error TS2353
  expect(result).toHaveRun('load', { attempt: 3 });
  // @ts-expect-error TS2345: a workflow's matcher on a result
  expect(result).toDependOn('load', 'extract');
  // @ts-expect-error TS2345: a result's matcher on a workflow
  expect(etl).toHaveRun('load');
  if (result.state === 'failed') expect(result).toHaveFailed('load', 'no rows');
}

function others() {
  // What is not typed is checked at run time.
  expect(untyped).toDependOn('any', 'thing');
  expect(untyped).toHaveOutput('any', 5);
  expect.toHaveTask('extract');
  expect.not.toHaveTask('legacy');
}
