import { on, workflow } from '@wf-sdk/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { everyPath, type Fate, InvariantError, testRun, TestKitError } from '../index.ts';

class NeedsApproval extends Error {}

/** The paths of a workflow, each as `a:succeeded b:failed`. */
function recorder(): { readonly paths: string[]; readonly record: (_: unknown, path: object) => void } {
  const paths: string[] = [];
  const show = (fate: Fate): string => (typeof fate === 'object' ? String(fate.label) : fate);
  const record = (_: unknown, path: object): void => {
    paths.push(
      Object.entries(path as Readonly<Record<string, Fate>>)
        .map(([task, fate]) => `${task}:${show(fate)}`)
        .join(' '),
    );
  };
  return { paths, record };
}

async function errorOf(promise: Promise<unknown>): Promise<InvariantError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof InvariantError) return error;
  throw new Error('the invariant holds', { cause: error });
}

const chain = workflow('chain')
  .addTask('extract')
  .retry({ attempts: 3, delay: '1h' })
  .run((): string[] => {
    throw new Error('no handler runs');
  })
  .addTask('clean')
  .dependsOn('extract')
  .when(({ extract }) => extract.length > 0)
  .run(({ extract }) => extract)
  .addTask('load')
  .dependsOn('clean')
  .run(({ clean }) => clean.length)
  .addTask('notify')
  .dependsOn('load')
  .triggerRule('all_done')
  .run(() => 'sent');

describe('every path', () => {
  it('is walked once', async () => {
    const { paths, record } = recorder();
    const report = await everyPath(chain, record);
    expect(paths).toEqual([
      'extract:succeeded clean:succeeded load:succeeded notify:succeeded',
      'extract:succeeded clean:succeeded load:succeeded notify:failed',
      'extract:succeeded clean:succeeded load:failed notify:succeeded',
      'extract:succeeded clean:succeeded load:failed notify:failed',
      'extract:succeeded clean:failed notify:succeeded',
      'extract:succeeded clean:failed notify:failed',
      'extract:succeeded clean:skipped notify:succeeded',
      'extract:succeeded clean:skipped notify:failed',
      'extract:failed notify:succeeded',
      'extract:failed notify:failed',
    ]);
    expect(report).toEqual({
      paths: 10,
      tasks: ['extract', 'clean', 'load', 'notify'],
      outcomes: { success: 2, partial: 7, failed: 1, cancelled: 0 },
    });
  });

  it('makes all attempts of a task fail, in virtual time', async () => {
    await everyPath(chain, ({ tasks, elapsedMs }, { extract }) => {
      expect(tasks.extract.attempts).toBe(extract === 'failed' ? 3 : 1);
      expect(elapsedMs).toBe(extract === 'failed' ? 3 * 3_600_000 : 0);
    });
  });

  it('varies only the tasks that matter', async () => {
    const { paths, record } = recorder();
    const report = await everyPath(chain, record, { tasks: ['clean'] });
    expect(paths).toEqual(['clean:succeeded', 'clean:failed', 'clean:skipped']);
    expect(report.tasks).toEqual(['clean']);
  });

  it('does not vary what is given', async () => {
    const { paths, record } = recorder();
    await everyPath(chain, record, {
      conditions: { clean: false },
      failures: { notify: new Error('never') },
    });
    expect(paths).toEqual(['extract:succeeded', 'extract:failed']);
  });

  it('goes to each label of a branch', async () => {
    const support = workflow('support')
      .addTask('kind')
      .output(z.enum(['bug', 'question', 'spam']))
      .run(() => 'bug' as const)
      .addTask('ticket')
      .onBranch('kind', 'bug')
      .run(() => 'T-1')
      .addTask('answer')
      .onBranch('kind', 'question')
      .run(() => 'see the manual');
    const { paths, record } = recorder();
    await everyPath(support, record);
    expect(paths).toEqual([
      'kind:bug ticket:succeeded',
      'kind:bug ticket:failed',
      'kind:question answer:succeeded',
      'kind:question answer:failed',
      'kind:spam',
      'kind:failed',
    ]);
    const pinned = recorder();
    await everyPath(support, pinned.record, { stubs: { kind: 'spam' } });
    expect(pinned.paths).toEqual(['kind:succeeded', 'kind:failed']);
  });

  it('has another label where only one is asked for', async () => {
    const flow = workflow('flag')
      .addTask('isNew')
      .run((): boolean => true)
      .addTask('welcome')
      .onBranch('isNew', true)
      .run(() => 1)
      .addTask('size')
      .run((): 'big' | 'small' => 'big')
      .addTask('split')
      .onBranch('size', 'big')
      .run(() => 1);
    const labels = new Set<unknown>();
    const report = await everyPath(
      flow,
      ({ outputs, tasks }) => {
        labels.add(outputs.isNew).add(outputs.size);
        expect(tasks.welcome.state === 'skipped').toBe(outputs.isNew === false);
      },
      { tasks: ['isNew', 'size'] },
    );
    expect([...labels]).toEqual([true, 'big', 'none of these labels', undefined, false]);
    expect(report.paths).toBe(9);
  });

  it('asks a person where the error leads there', async () => {
    const flow = workflow('ask')
      .addTask('review')
      .recover([on(NeedsApproval).escalate('who signs?')])
      .run(() => 1)
      .addTask('ship')
      .dependsOn('review')
      .run(({ review }) => review);
    const without = recorder();
    await everyPath(flow, without.record);
    expect(without.paths).toEqual([
      'review:succeeded ship:succeeded',
      'review:succeeded ship:failed',
      'review:failed',
    ]);
    const { paths, record } = recorder();
    const report = await everyPath(flow, record, { errors: { review: new NeedsApproval('large') } });
    expect(paths).toEqual([
      'review:succeeded ship:succeeded',
      'review:succeeded ship:failed',
      'review:approved ship:succeeded',
      'review:approved ship:failed',
      'review:skipped',
      'review:failed',
    ]);
    expect(report.outcomes).toEqual({ success: 3, partial: 2, failed: 1, cancelled: 0 });
  });

  it('approves with what stands for the output, and decides what is said', async () => {
    const flow = workflow('sign')
      .addTask('kind')
      .recover([on(Error).escalate()])
      .run((): 'a' | 'b' => 'a')
      .addTask('one')
      .onBranch('kind', 'b')
      .run(() => 1)
      .addTask('two')
      .onBranch('kind', 'a')
      .recover([on(Error).escalate()])
      .run(() => 2);
    const approved = new Set<unknown>();
    const record = ({
      tasks,
      outputs,
    }: {
      readonly tasks: Readonly<Record<'kind' | 'two', { readonly by: unknown }>>;
      readonly outputs: { readonly kind?: unknown; readonly two?: unknown };
    }): void => {
      if (tasks.kind.by === 'approval') approved.add(outputs.kind);
      if (tasks.two.by === 'approval') approved.add(outputs.two);
    };
    await everyPath(flow, record, { stubs: { two: 7 } });
    expect([...approved]).toEqual([7, 'b']);
    approved.clear();
    await everyPath(flow, record, { stubs: { two: 7 }, decisions: { kind: 'skip', two: { approve: 8 } } });
    expect([...approved]).toEqual([8]);
  });

  it('is walked with what its stubs share put back', async () => {
    let begun = 0;
    const { paths } = await everyPath(chain, ({ outputs }) => void outputs, {
      beforeEach: async () => void begun++,
    });
    expect(begun).toBe(paths);
  });

  it('has tasks that sleep not fail', async () => {
    const flow = workflow('polite')
      .addTask('pause')
      .sleep('3d')
      .addTask('go')
      .dependsOn('pause')
      .run(() => 1);
    const { paths, record } = recorder();
    expect((await everyPath(flow, record)).tasks).toEqual(['go']);
    expect(paths).toEqual(['go:succeeded', 'go:failed']);
  });

  it('runs neither handlers nor repairs, but gives the stubs', async () => {
    const ran: string[] = [];
    const flow = workflow<{ n: number }>('w')
      .addTask('a')
      .recover([on(Error).runThenRetry(() => ran.push('repair'))])
      .compensate(() => ran.push('undo'))
      .run(() => ran.push('a'))
      .addTask('b')
      .dependsOn('a')
      .run(() => ran.push('b'));
    const seen = new Set<unknown>();
    await everyPath(flow, ({ outputs }) => void seen.add(outputs.a), { stubs: { a: 7 } });
    expect(ran).toEqual([]);
    expect([...seen]).toEqual([7, undefined]);
  });
});

describe('a path that breaks the invariant', () => {
  const shop = workflow('shop')
    .addTask('reserve')
    .run(() => 1)
    .addTask('charge')
    .dependsOn('reserve')
    .compensate(() => undefined)
    .run(() => 'paid')
    .addTask('pack')
    .dependsOn('reserve')
    .when(() => true)
    .run(() => 'box')
    .addTask('ship')
    .dependsOn('charge', 'pack')
    // The bug: it ships what was not paid.
    .triggerRule('one_success')
    .run(() => 'shipped');

  const shipsOnlyWhatIsPaid = ({
    tasks,
  }: {
    readonly tasks: Readonly<Record<'charge' | 'ship', { readonly state: string }>>;
  }): void => {
    if (tasks.ship.state === 'succeeded' && tasks.charge.state !== 'succeeded')
      throw new Error('shipped, but not paid');
  };

  it('is told as the smallest one, with how to run it', async () => {
    const error = await errorOf(everyPath(shop, shipsOnlyWhatIsPaid));
    expect(error).toBeInstanceOf(TestKitError);
    expect(error.cause).toEqual(new Error('shipped, but not paid'));
    expect(error.message)
      .toBe(`workflow 'shop' breaks the invariant on 1 of 11 paths. The smallest: charge fails

  shipped, but not paid

run of workflow 'shop': failed (partial), 3 of 4 tasks succeeded, took 0ms
  ✔ reserve  succeeded  1 attempt  +0ms
▶ ✖ charge   failed     1 attempt  +0ms  charge is made to fail  ← made to fail
  ✔ pack     succeeded  1 attempt  +0ms
  ✔ ship     succeeded  1 attempt  +0ms

The same run again:
  await testRun(workflow, {
    stubAll: true,
    conditions: { pack: true },
    failures: { charge: new Error('charge is made to fail') },
  });`);
  });

  it('is the smallest, whatever came first', async () => {
    const error = await errorOf(
      everyPath(
        chain,
        (_, { extract, load, notify }) => extract !== 'failed' && !(load === 'failed' && notify === 'failed'),
      ),
    );
    expect(error.message).toContain('on 3 of 10 paths. The smallest: extract fails\n');
  });

  it('can be run again', async () => {
    const { options } = await errorOf(everyPath(shop, shipsOnlyWhatIsPaid));
    const again = await testRun(shop, options as never);
    expect(() => shipsOnlyWhatIsPaid(again)).toThrow('shipped, but not paid');
  });

  it('may give false, also as a promise', async () => {
    const error = await errorOf(everyPath(chain, async (result) => result.outcome !== 'failed'));
    expect(error.message).toContain(
      'on 1 of 10 paths. The smallest: extract fails, notify fails\n\n  it gave false\n',
    );
  });

  it('names conditions, labels and decisions', async () => {
    const flow = workflow('all')
      .addTask('kind')
      .run((): 'a' | 'b' => 'a')
      .addTask('one')
      .onBranch('kind', 'a')
      .run(() => 1)
      .addTask('two')
      .onBranch('kind', 'b')
      .when(() => true)
      .run(() => 1)
      .addTask('three')
      .dependsOn('two')
      .triggerRule('none_failed')
      .recover([on(Error).escalate()])
      .run(() => 1);
    const error = await errorOf(
      everyPath(
        flow,
        (_, { kind, two, three }) =>
          !(typeof kind === 'object' && kind.label === 'b' && two === 'skipped' && three === 'approved'),
      ),
    );
    expect(error.message).toContain("kind is 'b', two is skipped, three fails, a person approves it\n");
    expect(error.message).toContain(`
  await testRun(workflow, {
    stubAll: true,
    stubs: { kind: 'b' },
    conditions: { two: false },
    failures: { three: new Error('three is made to fail') },
    decisions: { three: { approve: undefined } },
  });`);
    const again = await testRun(flow, error.options as never);
    expect(again.tasks).toMatchObject({
      one: { state: 'skipped' },
      two: { reason: 'condition' },
      three: { by: 'approval' },
    });
  });

  it('finds an undo function that is missing', async () => {
    const saga = workflow('saga')
      .addTask('hotel')
      .compensate(() => undefined)
      .run(() => 'h')
      .addTask('flight')
      .dependsOn('hotel')
      .run(() => 'f')
      .addTask('car')
      .dependsOn('flight')
      .compensate(() => undefined)
      .run(() => 'c');
    const error = await errorOf(
      everyPath(saga, ({ state, tasks, compensations }) => {
        const undone = new Set(compensations.map(({ task }) => task));
        const left = Object.values(tasks).filter(
          (task) => task.state === 'succeeded' && !undone.has(task.id),
        );
        return state === 'succeeded' || left.length === 0;
      }),
    );
    expect(error.message).toContain('on 1 of 4 paths. The smallest: car fails');
  });
});

describe('bad use', () => {
  it('of more paths than the limit says what multiplies them', async () => {
    const flow = workflow('wide')
      .addTask('a')
      .run(() => 1)
      .addTask('b')
      .when(() => true)
      .run(() => 1)
      .addTask('c')
      .run(() => 1);
    expect((await everyPath(flow, () => undefined, { limit: 12 })).paths).toBe(12);
    await expect(everyPath(flow, () => undefined, { limit: 1 })).rejects.toThrow(
      'more than 1 path: at least 5.',
    );
    await expect(everyPath(flow, () => undefined, { limit: 11 })).rejects.toThrow(
      `workflow 'wide' has more than 11 paths: at least 12.
These tasks multiply them, each by up to so many ways: a (2), b (3), c (2).
Say which of them matter (tasks: ['a', …]), or allow more paths (limit: 110).`,
    );
    const error = await errorOf(everyPath(flow, ({ tasks }) => tasks.c.state === 'succeeded', { limit: 5 }));
    expect(error.message).toContain('on 2 of the first 5 paths, and there are more. The smallest: c fails');
  });

  it('is said', async () => {
    await expect(everyPath(chain, () => undefined, { tasks: ['extrct' as 'extract'] })).rejects.toThrow(
      "tasks: workflow 'chain' has no task 'extrct'; did you mean 'extract'?",
    );
    await expect(
      everyPath(chain, () => undefined, { errors: { lod: new Error() } as never }),
    ).rejects.toThrow("errors: workflow 'chain' has no task 'lod'");
    await expect(everyPath(chain, () => undefined, { limit: 0 })).rejects.toMatchObject({
      code: 'option_invalid',
    });
    await expect(everyPath(chain, () => undefined, { stubbs: {} } as never)).rejects.toThrow(
      "option 'stubbs' is not known",
    );
  });

  it('of a stub that never ends is told with the path', async () => {
    const flow = workflow('stuck')
      .addTask('a')
      .run(() => 1)
      .addTask('b')
      .dependsOn('a')
      .run(() => 1);
    let begun = 0;
    const error = await errorOf(
      everyPath(flow, () => undefined, {
        stubs: { b: () => new Promise<number>(() => undefined) },
        patience: 20,
        beforeEach: () => begun++,
      }),
    );
    expect(begun).toBe(1);
    expect(error.message).toContain(
      "a run of workflow 'stuck' does not end. Its path: every task succeeds\n\n  the run of 'stuck' waits for ever",
    );
    expect(error.message).toContain(
      'await testRun(workflow, { stubAll: true, stubs: { b: stubs.b }, patience: 20 });',
    );
  });
});
