import { inspect } from 'node:util';

import { describe, expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { OutputSelectorError, run, RunFailedError, runOrThrow, TaskFailedError, workflow } from '../index.ts';

const sum = workflow('sum', { version: '1.0.0' })
  .addTask('a')
  .run(() => 20)
  .addTask('b')
  .run(() => Promise.resolve('22'))
  .addTask('join')
  .dependsOn('a', 'b')
  .run(({ a, b }) => a + Number(b))
  .output(({ join }) => ({ total: join }));

const boom = new Error('boom');
const broken = workflow('broken')
  .addTask('good')
  .run(() => 1)
  .addTask('bad')
  .retry({ attempts: 2, delay: 0 })
  .run((): number => {
    throw boom;
  })
  .addTask('after')
  .dependsOn('bad')
  .run(({ bad }) => bad)
  .output(({ after }) => after);

describe('a result', () => {
  test("of a run that succeeded has every output and the workflow's own", async () => {
    const result = await run(sum);
    expect(result).toMatchObject({
      state: 'succeeded',
      outcome: 'success',
      workflow: 'sum',
      version: '1.0.0',
      succeeded: 3,
      total: 3,
    });
    if (result.outcome !== 'success') throw new Error('for the types');
    const { join, a }: { readonly join: number; readonly a: number } = result.outputs;
    const { total }: { readonly total: number } = result.output;
    expect([result.outputs, join, a, total, result.error]).toEqual([
      { a: 20, b: '22', join: 42 },
      42,
      20,
      42,
      undefined,
    ]);
  });

  test('has no output where the workflow gives none', async () => {
    expect(
      (
        await run(
          workflow('w')
            .addTask('a')
            .run(() => 1),
        )
      ).output,
    ).toBeUndefined();
  });

  test('of a run that failed has the outputs that there are, and says why of each task', async () => {
    const result = await run(broken);
    expect(result).toMatchObject({
      state: 'failed',
      outcome: 'partial',
      output: undefined,
      succeeded: 1,
      total: 3,
    });
    expect(result.outputs).toEqual({ good: 1 });
    expect(result.tasks.bad).toMatchObject({
      state: 'failed',
      attempts: 2,
      error: boom,
      attemptErrors: [boom, boom],
    });
    expect(result.tasks.after).toMatchObject({
      state: 'upstream_failed',
      cause: 'bad',
      error: undefined,
      attemptErrors: [],
    });
    expect(result.error).toBeInstanceOf(RunFailedError);
    const [failure] = result.error instanceof RunFailedError ? result.error.errors : [];
    expect(failure).toBeInstanceOf(TaskFailedError);
    expect(failure).toMatchObject({
      task: 'bad',
      attempts: 2,
      cause: boom,
      message: "task 'bad' failed after 2 attempts: boom",
    });
    expect(result.error?.cause).toBe(failure);
  });

  test('keeps what failed attempts threw, also where the last one succeeded', async () => {
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 3, delay: 0 })
      .run((_, { attempt }) => {
        if (attempt === 1) throw boom;
        return attempt;
      });
    expect((await run(flow)).tasks.a).toMatchObject({
      state: 'succeeded',
      attempts: 2,
      error: undefined,
      attemptErrors: [boom],
    });
  });

  test('has times: of the run, and of each task from its first start to its end', async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('a')
      .run(() => clock.sleep(100))
      .addTask('b')
      .dependsOn('a')
      .retry({ attempts: 2, delay: 50 })
      .run((_, { attempt }) =>
        clock.sleep(10).then(() => {
          if (attempt === 1) throw boom;
        }),
      )
      .addTask('c')
      .dependsOn('b')
      .run(() => clock.spend(7));
    const { startedAt, endedAt, durationMs, tasks } = await clock.passUntil(run(flow, undefined, { clock }));
    expect([startedAt, endedAt - startedAt, durationMs]).toEqual([clock.startedAt, 177, 177]);
    const times = [tasks.a, tasks.b, tasks.c].map((task) => [
      (task.startedAt ?? 0) - startedAt,
      (task.endedAt ?? 0) - startedAt,
      task.durationMs,
    ]);
    expect(times).toEqual([
      [0, 100, 100],
      [100, 170, 70],
      [170, 177, 7],
    ]);
  });

  test('shows its outputs and tasks as JSON and when it is printed', async () => {
    const result = await run(sum, undefined, { id: 'r1' });
    const parsed = JSON.parse(JSON.stringify(result)) as typeof result;
    expect(parsed).toMatchObject({
      run: 'r1',
      workflow: 'sum',
      outcome: 'success',
      output: { total: 42 },
      outputs: { a: 20, b: '22', join: 42 },
    });
    expect(parsed.tasks.join).toMatchObject({ id: 'join', state: 'succeeded', attempts: 1 });
    expect(inspect(result)).toMatch(/r1[^]*outputs: \{ a: 20, b: '22', join: 42 \}/);
    expect(inspect(result, { depth: 4 })).toMatch(/tasks: \{[^]*id: 'join'/);
  });

  test('is the same object for everyone who waits for it', async () => {
    const handle = run(sum);
    const [first, second] = await Promise.all([handle, handle.result]);
    expect(first).toBe(second);
    expect(first.tasks).toBe(second.tasks);
  });

  test('knows tasks with the names of object properties', async () => {
    const flow = workflow('w')
      .addTask('constructor')
      .run(() => 1)
      .addTask('toString')
      .dependsOn('constructor')
      .run((data) => data.constructor + 1);
    const { outputs, tasks } = await run(flow);
    expect([outputs.constructor, outputs.toString, tasks.toString.state]).toEqual([1, 2, 'succeeded']);
  });
});

describe('the output function', () => {
  test('that throws fails the run, in which every task succeeded', async () => {
    const flow = workflow('w')
      .addTask('a')
      .run(() => 1)
      .output((): number => {
        throw boom;
      });
    const result = await run(flow);
    expect(result).toMatchObject({
      state: 'failed',
      outcome: 'partial',
      succeeded: 1,
      outputs: { a: 1 },
      output: undefined,
    });
    const [failure] = result.error instanceof RunFailedError ? result.error.errors : [];
    expect(failure).toBeInstanceOf(OutputSelectorError);
    expect(failure).toMatchObject({ code: 'output_selector_failed', cause: boom });
  });

  test('is not called when a task failed', async () => {
    let called = false;
    await run(
      workflow('w')
        .addTask('a')
        .run((): number => {
          throw boom;
        })
        .output(({ a }) => {
          called = true;
          return a;
        }),
    );
    expect(called).toBe(false);
  });

  test('reads the input too', async () => {
    const flow = workflow<number>('w')
      .addTask('a')
      .run(({ input }) => input * 2)
      .output(({ a, input }) => a + input);
    expect((await run(flow, 7)).output).toBe(21);
  });
});

describe('runOrThrow', () => {
  test('gives the result of a run that succeeded', async () => {
    expect((await runOrThrow(sum)).output.total).toBe(42);
  });

  test('throws the error of a run that failed or was cancelled', async () => {
    await expect(runOrThrow(broken)).rejects.toMatchObject({ code: 'run_failed' });
    await expect(runOrThrow(sum, undefined, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'run_cancelled',
    });
  });
});
