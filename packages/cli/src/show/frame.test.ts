import { graph, type RunEvent, workflow } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { coloursFor } from './colours.ts';
import { frame } from './frame.ts';
import { RunView } from './run-view.ts';

const plain = coloursFor({}, {});
const vivid = coloursFor({}, { FORCE_COLOR: '1' });

// oxlint-disable-next-line no-control-regex -- colours are control characters
const COLOURS = /\u001b\[\d+m/g;

type Fact = RunEvent extends infer Event
  ? Event extends RunEvent
    ? Omit<Event, 'run' | 'at'>
    : never
  : never;

/** A view of a run of these tasks after these facts, a second apart from each other; the run began at 0. */
function viewOf(ids: readonly string[], facts: readonly Fact[], attempts = 1): RunView {
  const g = graph();
  const [first, ...others] = ids.map((id) =>
    g
      .addTask(id)
      .retry({ attempts })
      .run(() => undefined),
  );
  if (first === undefined) throw new Error('a picture without tasks');
  const view = new RunView('flow', workflow('flow').addTasks(first, ...others).definition);
  for (const [second, fact] of facts.entries()) view.apply({ run: 'r', at: second * 1000, ...fact });
  return view;
}

function linesOf(view: RunView, columns: number, rows: number, now: number): string[] {
  return frame(view, { columns, rows, colours: plain, now }).split('\n');
}

describe('the picture of a small run', () => {
  test('has a line for each task, in each state', () => {
    const view = viewOf(
      ['ok', 'bad', 'next', 'again', 'goes', 'slot', 'later', 'stopped'],
      [
        { type: 'run.started', workflow: 'flow', version: '1', input: undefined, total: 8 },
        { type: 'attempt.started', task: 'ok', attempt: 2 },
        { type: 'task.succeeded', task: 'ok', output: 1 },
        { type: 'attempt.started', task: 'bad', attempt: 1 },
        { type: 'task.failed', task: 'bad', error: new RangeError('too far\nsecond line') },
        { type: 'task.upstream_failed', task: 'next', cause: 'bad' },
        { type: 'attempt.failed', task: 'again', attempt: 1, error: new Error('busy'), retryInMs: 5000 },
        { type: 'attempt.started', task: 'goes', attempt: 3 },
        { type: 'task.queued', task: 'slot' },
        { type: 'task.cancelled', task: 'stopped' },
      ],
      3,
    );
    expect(linesOf(view, 80, 24, 10_000)).toEqual([
      'flow',
      '✔ ok       1.0 s  attempt 2/3',
      '✖ bad      RangeError: too far',
      '⊘ next     not run: bad did not succeed',
      '↻ again    attempt 0/3 failed, next in 1.0 s: busy',
      '▸ goes     3.0 s  attempt 3/3',
      '· slot     waits for a slot',
      '· later',
      '◼ stopped  cancelled',
      '████████████░░░░░░░░░░░░ 4/8 · 1 running · 1 failed · 10.0 s',
    ]);
  });

  test('says how to force it when it is being cancelled, where a narrow terminal does not cut it off', () => {
    const view = viewOf(['a'], [{ type: 'run.cancelling', reason: 'enough' }]);
    expect(linesOf(view, 80, 24, 3_600_000).at(-1)).toContain('cancelling, Ctrl-C again forces');
  });

  test('says no attempts where there is only one', () => {
    const view = viewOf(['a'], [{ type: 'attempt.started', task: 'a', attempt: 1 }]);
    expect(linesOf(view, 80, 24, 500)[1]).toBe('▸ a  500 ms');
  });
});

describe('the picture of any run', () => {
  const ids = Array.from({ length: 500 }, (_, n) => `task-${n}-${'長い名前'.repeat(n % 4)}-é`);
  const started: Fact = { type: 'run.started', workflow: 'flow', version: '1', input: undefined, total: 500 };
  const facts: Fact[] = ids.flatMap((task, n): Fact[] => {
    const start: Fact = { type: 'attempt.started', task, attempt: 1 };
    if (n % 5 === 0) return [start, { type: 'task.succeeded', task, output: n }];
    if (n % 5 === 1)
      return [start, { type: 'task.failed', task, error: new Error(`wide 漢字 👩‍👩‍👧 ${'x'.repeat(300)}`) }];
    return n % 5 === 2 ? [start] : [];
  });
  const cases = [5, 500].flatMap((tasks) =>
    [
      [80, 24],
      [20, 5],
      [1, 5],
      [40, 10],
      [200, 60],
      [120, 520],
    ].map(([columns = 0, rows = 0]) => ({ tasks, columns, rows })),
  );

  test.each(cases)('of $tasks tasks fits into $columns × $rows', ({ tasks, columns, rows }) => {
    const some = ids.slice(0, tasks);
    const view = viewOf(some, [
      started,
      ...facts.filter((fact) => 'task' in fact && some.includes(fact.task)),
    ]);
    const text = frame(view, { columns, rows, colours: vivid, now: 0 });
    const lines = text.split('\n');
    // The cursor stands below the picture.
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
    expect('flow'.startsWith((lines[0] ?? '').replaceAll(COLOURS, '').replace('…', ''))).toBe(true);
  });

  test('shows what matters where not all have room: what runs, and the last failures', () => {
    const lines = linesOf(viewOf(ids, [started, ...facts]), 200, 24, 0);
    expect(lines.length).toBe(22);
    expect(lines.at(-2)).toBe('  … and 481 other tasks');
    expect(lines.at(-1)).toMatch(/^█+░+ 200\/500 · 100 running · 100 failed/);
    const [failed, running] = ['✖', '▸'].map((mark) => lines.filter((line) => line.startsWith(mark)).length);
    expect([failed, running]).toEqual([1, 18]);
    // Of a hundred failures the last.
    expect(lines.find((line) => line.startsWith('✖'))).toContain('task-496-');
  });

  test('aligns what stands behind names of any width', () => {
    const view = viewOf(
      ['短い', 'longer-name', '長'],
      ['短い', 'longer-name', '長'].map((task) => ({ type: 'attempt.started', task, attempt: 1 })),
    );
    const names = linesOf(view, 80, 24, 50_000).slice(1, 4);
    expect(names.map((line) => widthOf(line.replace(/\S+ s$/, '')))).toEqual([15, 15, 15]);
  });
});

/** What a terminal makes of the letters used here, found without the library that the picture is made with. */
function widthOf(line: string): number {
  const letters = new Intl.Segmenter().segment(line.replaceAll(COLOURS, ''));
  return Array.from(letters).reduce(
    (width, { segment }) =>
      width + (/\p{Script=Han}|\p{Script=Hiragana}|\p{Emoji_Presentation}/u.test(segment) ? 2 : 1),
    0,
  );
}
