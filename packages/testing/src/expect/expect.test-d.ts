import { expectTypeOf } from 'expect-type';
import { run, type RunResult, type SucceededRun, workflow, type Workflow } from '@wf-sdk/core';
import { testRun } from '../run/test-run.ts';
import { expectResult } from './result.ts';
import { expectStructure } from './structure.ts';

const etl = workflow<{ from: string }>('etl')
  .addTask('extract')
  .run(() => ['a'])
  .addTask('load')
  .dependsOn('extract')
  .run(({ extract }) => extract.length)
  .output(({ load }) => ({ rows: load }));

const structure = expectStructure(etl);
structure.toHaveTask('extract');
structure.not.toHaveTask('legacy');
structure.toDependOn('load', 'extract');
expectTypeOf<Parameters<(typeof structure)['toRunBefore']>>().toEqualTypeOf<
  ['extract' | 'load', 'extract' | 'load']
>();
structure.toMatchGraph('○ extract');
// @ts-expect-error TS2345: '"extrct"' is not assignable to parameter of type '"extract" | "load"'
structure.toDependOn('load', 'extrct');
// @ts-expect-error TS2345
structure.not.toRunBefore('extrct', 'load');
// @ts-expect-error TS2554: there is nothing it could depend on
structure.toDependOn('load');
// @ts-expect-error TS2554: only vitest writes drawings
structure.toMatchGraph();
// @ts-expect-error TS2345: not a workflow
expectStructure({ id: 'etl' });

declare const anyWorkflow: Workflow;
expectStructure(anyWorkflow).toRunBefore('any', 'other');

async function results() {
  const result = await testRun(etl, { input: { from: 'a.csv' } });
  expectResult(result).toHaveRun('load', { attempts: 1, items: { failed: 0 } });
  expectResult(result).toHaveOutput({ rows: 1 });
  expectResult(result).toHaveOutput('extract', ['a']);
  expectResult(result).not.toFailWith(/rows/, 'load');
  // @ts-expect-error TS2345: '"lod"' is not assignable to parameter of type '"extract" | "load"'
  expectResult(result).toHaveRun('lod');
  // @ts-expect-error TS2345: the output of 'extract' is a list
  expectResult(result).toHaveOutput('extract', 5);
  // @ts-expect-error TS2345: the output has no 'row'
  expectResult(result).not.toHaveOutput({ row: 1 });
  // @ts-expect-error TS2345: one task is in no order
  expectResult(result).toHaveRunInOrder('load');
  // @ts-expect-error TS2345: not an error
  expectResult(result).toFailWith(Date);
  // @ts-expect-error TS2345: a run that was not awaited
  expectResult(run(etl, { from: 'a.csv' }));
}

declare const anyResult: RunResult;
expectResult(anyResult).toHaveOutput('any', 5);
declare const succeeded: SucceededRun<'a', { readonly a: number }, string>;
expectResult(succeeded).toHaveOutput('a', 5);
expectResult(succeeded).toHaveOutput('text');
// @ts-expect-error TS2345: the output is a text
expectResult(succeeded).toHaveOutput(5);
