import { describe, expect, test } from 'vitest';
import { flowOf, type PlainTask } from '../../test/kit.ts';
import { compile } from './compile.ts';

const handler = (data: unknown): unknown => data;

/** What is wrong with a task. */
function faults(task: Partial<PlainTask>): string[] {
  try {
    compile(flowOf([{ id: 'a', handler, ...task }]));
    return [];
  } catch (error) {
    return (error as { diagnostics: { code: string; message: string }[] }).diagnostics.map(
      ({ code, message }) => `${code}: ${message}`,
    );
  }
}

describe('.cache()', () => {
  test('is planned with its time in milliseconds, and the source of the code where no version is given', () => {
    const key = (): number => 1;
    const planned = (cache: object): unknown =>
      compile(flowOf([{ id: 'a', handler, cache }])).tasks[0]?.cache;
    expect(planned({})).toEqual({
      key: undefined,
      ttlMs: undefined,
      code: { source: `${String(handler)}\n` },
    });
    expect(planned({ ttl: '1h', version: '2', key })).toEqual({
      key,
      ttlMs: 3_600_000,
      code: { version: '2' },
    });
    expect(planned({ key })).toMatchObject({ code: { source: `${String(handler)}\n${String(key)}` } });
  });

  test.each<[Partial<PlainTask>, RegExp]>([
    [{ cache: true as never }, /^bad_cache: task 'a': \.cache\(\) takes options such as .*, not true$/],
    [{ cache: { tll: 1 } as never }, /^bad_cache: .*no option 'tll'; its options are key, ttl, version$/],
    [
      { cache: { key: 'id' as never } },
      /^bad_cache: .*cache\.key is a function of the task's data, not 'id'$/,
    ],
    [{ cache: { version: 2 as never } }, /^bad_cache: .*cache\.version is some text, such as '2', not 2$/],
    [
      { cache: { ttl: 'soon' as never } },
      /^bad_duration: .*cache\.ttl must be a duration longer than nothing/,
    ],
    [{ cache: { ttl: 0 } }, /^bad_duration: .*cache\.ttl/],
    [{ cache: {}, handler: handler.bind(undefined) }, /^bad_cache: .*cannot be read .*version: '1'/],
    [
      { cache: {}, handler: undefined, child: { workflow: flowOf([{ id: 'b', handler }]) } },
      /^conflicting_policies: .*say \.cache\(\) of the tasks of that workflow$/,
    ],
    [
      { cache: {}, handler: undefined, sleep: '1s' },
      /^conflicting_policies: .*sleeps.*'cache' means nothing/,
    ],
  ])('that cannot be used is refused: %j', (task, message) => {
    expect(faults(task)).toEqual([expect.stringMatching(message)]);
  });

  test('is refused of a teardown, and of what it undoes', () => {
    const tasks = [
      { id: 'a', handler, cache: {} },
      { id: 'b', handler, cache: {}, teardownOf: 'a' },
    ];
    expect(() => compile(flowOf(tasks))).toThrow(
      /task 'a': a teardown and the task that it undoes belong to one run[^]*task 'b': a teardown/,
    );
  });

  test('of a bound handler needs a version', () => {
    expect(faults({ cache: { version: '1' }, handler: handler.bind(undefined) })).toEqual([]);
  });
});
