import { workflow } from '@wf-sdk/core';
import { expect, it } from 'vitest';
import { testRun } from '../index.ts';

const flow = workflow('guarded')
  .addTask('rows')
  .run((): string[] => [])
  .addTask('load')
  .dependsOn('rows')
  .when(({ rows }) => rows.length > 0)
  .when(() => Promise.resolve(true))
  .run(({ rows }) => rows.length);

it('what conditions say can be said instead', async () => {
  expect((await testRun(flow)).tasks.load.reason).toBe('condition');
  expect((await testRun(flow, { conditions: { load: true } })).outputs.load).toBe(0);
  expect((await testRun(flow, { conditions: { load: () => true } })).outputs.load).toBe(0);
  const stubs = { rows: ['a'] };
  expect((await testRun(flow, { stubs, conditions: { load: false } })).tasks.load.reason).toBe('condition');
  expect((await testRun(flow, { stubAll: true, conditions: { load: false } })).tasks.load.reason).toBe(
    'condition',
  );
});

it('is said only of tasks that have one', () => {
  expect(() => testRun(flow, { conditions: { rows: true } })).toThrow(
    "conditions.rows: task 'rows' has no condition; give it one by .when()",
  );
  expect(() => testRun(flow, { conditions: { lod: true } as never })).toThrow(
    "conditions.lod: workflow 'guarded' has no task 'lod'; did you mean 'load'?",
  );
});
