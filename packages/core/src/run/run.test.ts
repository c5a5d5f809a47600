import { describe, expect, test } from 'vitest';

import { gate, VirtualClock } from '@wf-sdk/testing';
import { lines, recorder, schemaOf } from '../../test/kit.ts';
import { DefinitionError, OptionError, run, runOrThrow, ValidationError, workflow } from '../index.ts';

const day = schemaOf((value: string) => {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) throw 'not a day'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
  return new Date(value);
});

describe('the input', () => {
  const flow = workflow('w', { input: day })
    .addTask('year')
    .run(({ input }) => input.getUTCFullYear());

  test('reaches the handlers as what its schema makes of it', async () => {
    expect((await run(flow, '2026-11-20')).outputs).toEqual({ year: 2026 });
  });

  test('that does not fit fails the run with every issue, and nothing is started', async () => {
    const { events, observe } = recorder();
    const result = await run(flow, 'today', { observers: [observe] });
    expect(result).toMatchObject({ state: 'failed', outcome: 'failed', succeeded: 0, total: 1, outputs: {} });
    expect(result.error).toBeInstanceOf(ValidationError);
    expect(result.error).toMatchObject({
      code: 'input_invalid',
      issues: [{ path: ['at', 0], message: 'not a day' }],
    });
    expect(result.error?.message).toBe(
      "the input of workflow 'w' does not fit its schema:\n  - at.0: not a day",
    );
    expect(result.tasks.year).toMatchObject({ attempts: 0 });
    expect(lines(events)).toEqual(['run.started', 'run.cancelling', 'task.cancelled year', 'run.finished']);
    await expect(runOrThrow(flow, 'today')).rejects.toMatchObject({ code: 'input_invalid' });
  });

  test('can be checked asynchronously', async () => {
    const clock = new VirtualClock();
    const checked = gate();
    const input = schemaOf(async (value: number) => {
      await checked.promise;
      if (value < 0) throw 'negative'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
      return value * 2;
    });
    const later = workflow('w', { input })
      .addTask('a')
      .timeout(100)
      .run(({ input: doubled }) => doubled);
    const [good, bad] = [run(later, 21, { clock }), run(later, -1, { clock })];
    await clock.advance(60);
    checked.open();
    expect(await good).toMatchObject({
      outcome: 'success',
      outputs: { a: 42 },
      tasks: { a: { startedAt: clock.startedAt + 60, durationMs: 0 } },
    });
    expect(await bad).toMatchObject({ state: 'failed', error: { code: 'input_invalid' } });
  });

  test('that is never checked does not keep a run from being cancelled or timing out', async () => {
    const clock = new VirtualClock();
    const input = schemaOf(() => new Promise<number>(() => undefined));
    const flow = workflow('w', { input })
      .addTask('a')
      .run(() => 1);
    const cancelled = run(flow, 1, { clock });
    const late = run(flow, 1, { clock, timeout: 50 });
    await clock.advance(10);
    void cancelled.cancel('enough');
    await clock.advance(40);
    expect(await cancelled).toMatchObject({
      state: 'cancelled',
      tasks: { a: { state: 'cancelled', attempts: 0 } },
    });
    expect(await late).toMatchObject({ state: 'failed', error: { code: 'run_timeout' }, durationMs: 50 });
    expect(clock.timers).toBe(0);
  });

  test('that is refused leaves no task undecided', async () => {
    const input = schemaOf((): number => {
      throw new Error('no');
    });
    const result = await run(
      workflow('w', { input })
        .addTask('a')
        .run(() => 1),
      0,
    );
    expect(result.tasks.a).toMatchObject({ state: 'cancelled', attempts: 0 });
    expect(result.outcome).toBe('failed');
  });

  test('whose schema throws is refused with what it threw', async () => {
    const broken = schemaOf((): number => {
      throw new Error('bad schema');
    });
    const brokenLater = schemaOf((): Promise<number> => Promise.reject(new Error('bad schema')));
    for (const input of [broken, brokenLater]) {
      const result = await run(
        workflow('w', { input })
          .addTask('a')
          .run(() => 1),
        0,
      );
      expect(result.error).toMatchObject({
        code: 'input_invalid',
        message: expect.stringContaining('bad schema') as string,
      });
    }
  });

  test('is given as it is where there is no schema', async () => {
    const input = { some: 'object' };
    const given = workflow<{ some: string }>('w')
      .addTask('a')
      .run((data) => data.input);
    expect((await run(given, input)).outputs['a']).toBe(input);
  });
});

describe("a task's output schema", () => {
  const length = schemaOf((value: string) => {
    if (value === '') throw 'empty'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
    return value.length;
  });
  const lengthLater = schemaOf((value: string) => Promise.resolve(value.length));

  test('hands what it makes of the output to dependents and to the result', async () => {
    const flow = workflow('w')
      .addTask('a')
      .output(length)
      .run(() => 'four')
      .addTask('b')
      .output(lengthLater)
      .run(() => Promise.resolve('seven!!'))
      .addTask('sum')
      .dependsOn('a', 'b')
      .run(({ a, b }) => a + b);
    expect((await run(flow)).outputs).toEqual({ a: 4, b: 7, sum: 11 });
  });

  test('fails the task for good where the output does not fit', async () => {
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 5, delay: 0 })
      .output(length)
      .run(() => '');
    const { tasks } = await run(flow);
    expect(tasks.a).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: { code: 'output_invalid', issues: [{ message: 'empty' }] },
    });
    expect(tasks.a.error?.message).toContain("the output of task 'a'");
  });
});

describe('what a handler reads', () => {
  const base = workflow<string>('w')
    .addTask('a')
    .run(() => 1)
    .addTask('b')
    .run(() => 2);

  test('is exactly its dependencies and the input', async () => {
    let seen: unknown;
    await run(
      base
        .addTask('c')
        .dependsOn('b')
        .run((data) => {
          seen = data;
        }),
      'in',
    );
    expect(seen).toEqual({ input: 'in', b: 2 });
    expect(Object.keys(seen as object).toSorted()).toEqual(['b', 'input']);
  });

  test('is there for a handler that names no parameter', async () => {
    const seen: unknown[] = [];
    type Read = { readonly a: number; readonly input: string };
    const byDefault = (data: Read | undefined = { input: '', a: 0 }): unknown => seen.push(data.a);
    const flow = base
      .addTask('rest')
      .dependsOn('a')
      .run((...args) => void seen.push({ ...args[0] }))
      .addTask('byDefault')
      .dependsOn('a')
      .run(byDefault)
      .addTask('byArguments')
      .dependsOn('a')
      .run(function () {
        seen.push(JSON.parse(JSON.stringify(arguments[0])));
      })
      .addTask('asynchronous')
      .dependsOn('a')
      .run(async (...[data]) => void seen.push('a' in data && data.a));
    expect(await run(flow, 'in', { concurrency: 1 })).toMatchObject({ outcome: 'success' });
    expect(seen).toEqual([{ input: 'in', a: 1 }, 1, { input: 'in', a: 1 }, 1]);
  });

  test('is not needed by one that reads nothing', async () => {
    const flow = base
      .addTask('c')
      .dependsOn('a')
      .run(() => 'c')
      .addTask('d')
      .dependsOn('c')
      .run(async () => 'd');
    expect((await run(flow, 'in')).outputs).toMatchObject({ c: 'c', d: 'd' });
  });
});

describe('options', () => {
  const flow = workflow('w')
    .addTask('a')
    .run(() => 1);

  test.each<[string, unknown]>([
    ['concurrency', 0],
    ['concurrency', 1.5],
    ['concurrency', '2'],
    ['timeout', 'soon'],
    ['timeout', -1],
    ['gracePeriod', Number.NaN],
    ['id', 'a/b'],
    ['id', ''],
    ['id', 7],
  ])('%s cannot be %j', (option, value) => {
    const start = (): unknown => run(flow, undefined, { [option]: value });
    expect(start).toThrow(OptionError);
    expect(start).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        option,
        message: expect.stringContaining(`'${option}'`) as string,
      }),
    );
  });

  test('give the run its ID, else one is made', async () => {
    expect((await run(flow, undefined, { id: 'mine' })).run).toBe('mine');
    const handle = run(flow);
    expect(handle.id).toMatch(/^[0-9a-z]{26}$/);
    expect((await handle).run).toBe(handle.id);
  });
});

test('what is no workflow, or a wrong one, is refused at once', () => {
  for (const wrong of [undefined, null, {}, { definition: 1 }, 'w', () => 1]) {
    expect(() => run(wrong as never)).toThrow(
      expect.objectContaining({
        code: 'definition_invalid',
        diagnostics: [{ code: 'not_a_workflow', message: expect.any(String) as string }],
      }),
    );
  }
  expect(() => run(workflow('w'))).toThrow(DefinitionError);
});

test('one workflow can be run many times, also at once, without interference', async () => {
  const flow = workflow<number>('w')
    .addTask('a')
    .run(({ input }) => Promise.resolve(input))
    .addTask('b')
    .dependsOn('a')
    .run(({ a }) => a * 2);
  const results = await Promise.all(Array.from({ length: 20 }, (_, index) => run(flow, index)));
  expect(results.map(({ outputs }) => outputs.b)).toEqual(
    Array.from({ length: 20 }, (_, index) => index * 2),
  );
  expect(new Set(results.map((result) => result.run)).size).toBe(20);
});
