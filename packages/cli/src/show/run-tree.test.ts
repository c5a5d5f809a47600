import {
  on,
  run,
  type RunEvent,
  type RunResult,
  skip,
  workflow,
  type WorkflowDefinition,
} from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { RunTree } from './run-tree.ts';
import { isAllowed } from './task-view.ts';

const fail = (): never => {
  throw new Error('no');
};

const inner = workflow('inner')
  .addTask('first')
  .run(() => 1)
  .addTask('last')
  .dependsOn('first')
  .run(({ first }) => first + 1)
  .output(({ last }) => last);

const outer = workflow('outer')
  .addTask('first')
  .run((): 'a' | 'b' => 'a')
  .addTask('onB')
  .onBranch('first', 'b')
  .run(() => 1)
  .addTask('after')
  .dependsOn('onB')
  .run(() => 1)
  .addTask('never')
  .when(() => false)
  .run(() => 1)
  .addTask('stands')
  .fallback(0)
  .run(fail)
  .addTask('leaves')
  .fallback(skip)
  .run(fail)
  .addTask('mended')
  .recover([on(Error).skip()])
  .run(fail)
  .addTask('again')
  .recover([on(Error).retry({ times: 1 })])
  .run((_, { attempt }) => (attempt === 1 ? fail() : attempt))
  .addTask('may')
  .allowFailure()
  .run(fail)
  .addTask('each')
  .forEach(() => [1, 2, 3], { join: 'allSettled' })
  .run(({ item }) => (item === 2 ? fail() : item))
  .addTask('child')
  .runWorkflow(inner)
  .addTask('children')
  .forEach(() => [1, 2])
  .runWorkflow(() => inner)
  .addTask('broken')
  .dependsOn('child')
  .run(fail)
  .addTask('upstream')
  .dependsOn('broken')
  .run(() => 1);

async function watched(
  flow: { readonly definition: WorkflowDefinition },
  look: (tree: RunTree, event: RunEvent) => void = () => undefined,
): Promise<{ tree: RunTree; result: RunResult }> {
  const tree = new RunTree(flow.definition);
  const observers = [tree.apply, (event: RunEvent) => look(tree, event)];
  return { tree, result: await run(flow, undefined, { observers }) };
}

describe('a tree of runs', () => {
  test('says at the end of each task of the first run what the result says', async () => {
    const { tree, result } = await watched(outer);
    const seen = tree.root.tasks.map(({ id, state, cause, reason, by, items }) => ({
      id,
      state,
      cause,
      reason,
      by,
      items: items && { items: items.started, succeeded: items.succeeded, failed: items.failed },
    }));
    const wanted = Object.values(result.tasks).map(({ id, state, cause, reason, by, items }) => ({
      id,
      state,
      cause,
      reason,
      by,
      items,
    }));
    expect(seen).toEqual(wanted);
    expect(new Set(seen.map(({ reason }) => reason))).toEqual(
      new Set([undefined, 'branch', 'dependency', 'condition', 'fallback', 'recovery']),
    );
    expect(tree.root.tasks.filter(isAllowed).map(({ id }) => id)).toEqual(['may']);
  });

  test('keeps runs apart, although their tasks have the same names', async () => {
    const seen: string[] = [];
    await watched(outer, (tree, event) => {
      const child = tree.of(event.run);
      if (event.type !== 'task.succeeded' || event.task !== 'last' || child?.parent === undefined) return;
      const { prefix, title, parent } = child;
      seen.push(
        `${prefix}${title} ${child.countIn('succeeded')}/${child.tasks.length} of ${parent.run.title}`,
      );
    });
    expect(seen.sort()).toEqual([
      'child › inner 2/2 of outer',
      'children[0] › inner 2/2 of outer',
      'children[1] › inner 2/2 of outer',
    ]);
  });

  test('has a run below its task from its start to its end', async () => {
    const shown: number[] = [];
    const { tree } = await watched(outer, ({ root }, event) => {
      const under = root.childrenOf(root.task('child'));
      if (event.run.endsWith('~child')) shown.push(under.size);
    });
    expect(new Set(shown)).toEqual(new Set([0, 1]));
    expect(shown.indexOf(0)).toBe(shown.length - 1);
    expect(tree.of(`${tree.root.id ?? ''}~child`)).toBeUndefined();
  });

  test('drops a run that its task no longer waits for, and what it still says', () => {
    const tree = new RunTree(outer.definition);
    const at = 0;
    const started = { type: 'run.started', at, version: '1', input: undefined, total: 2 } as const;
    tree.apply({ ...started, run: 'r', workflow: 'outer' });
    tree.apply({ type: 'attempt.started', run: 'r', at, task: 'child', attempt: 1 });
    tree.apply({
      ...started,
      run: 'r.child',
      workflow: 'inner',
      parent: { run: 'r', task: 'child', attempt: 1 },
    });
    expect(tree.of('r.child')?.tasks.map(({ id }) => id)).toEqual(['first', 'last']);
    tree.apply({ type: 'task.cancelled', run: 'r', at, task: 'child' });
    tree.apply({ type: 'task.succeeded', run: 'r.child', at, task: 'first', output: 1 });
    expect(tree.of('r.child')).toBeUndefined();
    expect(tree.root.countIn('succeeded')).toBe(0);
  });

  test('knows the tasks of a run whose workflow it cannot find from what is said of them', () => {
    const lost = workflow('lost')
      .addTask('child')
      .runWorkflow((): typeof inner => fail());
    const tree = new RunTree(lost.definition);
    const started = { type: 'run.started', at: 0, version: '1', input: undefined, total: 1 } as const;
    tree.apply({ ...started, run: 'r', workflow: 'lost' });
    tree.apply({ ...started, run: 'c', workflow: 'other', parent: { run: 'r', task: 'child', attempt: 1 } });
    tree.apply({ type: 'attempt.started', run: 'c', at: 0, task: 'some', attempt: 1 });
    expect(tree.of('c')?.tasks.map(({ id, state }) => [id, state])).toEqual([['some', 'running']]);
  });
});
