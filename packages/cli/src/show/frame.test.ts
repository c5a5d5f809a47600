import { graph, type ParentTask, type RunEvent, workflow } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { coloursFor } from './colours.ts';
import { frame } from './frame.ts';
import { RunTree } from './run-tree.ts';
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

  test('says that it is being cancelled, where a narrow terminal does not cut it off', () => {
    const view = viewOf(['a'], [{ type: 'run.cancelling', reason: 'enough' }]);
    expect(linesOf(view, 80, 24, 3_600_000).at(-1)).toMatch(/^░+ 0\/1 · cancelling · /);
  });

  test('says no attempts where there is only one', () => {
    const view = viewOf(['a'], [{ type: 'attempt.started', task: 'a', attempt: 1 }]);
    expect(linesOf(view, 80, 24, 500)[1]).toBe('▸ a  500 ms');
  });
});

describe('the picture of a run with more than tries', () => {
  const child = workflow('pack')
    .addTask('box')
    .run(() => 1)
    .addTask('label')
    .run(() => 1);
  const flow = workflow('flow')
    .addTask('pause')
    .sleep('1m')
    .addTask('ask')
    .run(() => 1)
    .addTask('us')
    .breaker({ name: 'api' })
    .run(() => 1)
    .addTask('tests')
    .matrix({ os: ['linux', 'mac'], node: [20, 22] })
    .run(() => 1)
    .addTask('each')
    .forEach(() => [1])
    .run(() => 1)
    .addTask('may')
    .allowFailure()
    .run(() => 1)
    .addTask('off')
    .when(() => false)
    .run(() => 1)
    .addTask('ship')
    .runWorkflow(child)
    .addTask('shipAll')
    .forEach(() => [1])
    .runWorkflow(child);

  const at = 0;
  const start = (task: string, item?: number): RunEvent => ({
    type: 'attempt.started',
    run: 'r',
    at,
    task,
    attempt: 1,
    ...(item !== undefined && { item }),
  });
  const childStarted = (run: string, parent: ParentTask): RunEvent => ({
    type: 'run.started',
    run,
    at,
    workflow: 'pack',
    version: '1',
    input: undefined,
    total: 2,
    parent,
  });

  function pictureAfter(...events: RunEvent[]): string[] {
    const tree = new RunTree(flow.definition);
    for (const event of events) tree.apply(event);
    return linesOf(tree.root, 100, 30, 2_000);
  }

  test('says what waits, how far items have come, and what runs below', () => {
    expect(
      pictureAfter(
        { type: 'run.started', run: 'r', at, workflow: 'flow', version: '1', input: undefined, total: 9 },
        { type: 'task.waiting', run: 'r', at, task: 'pause', for: 'timer', until: 60_000 },
        {
          type: 'task.waiting',
          run: 'r',
          at,
          task: 'ask',
          for: 'approval',
          error: new Error('no'),
          message: 'look',
        },
        { type: 'task.waiting', run: 'r', at, task: 'us', for: 'breaker', until: 5_000 },
        { type: 'task.fanned_out', run: 'r', at, task: 'tests', items: 4 },
        start('tests', 0),
        start('tests', 1),
        { type: 'item.succeeded', run: 'r', at, task: 'tests', item: 0, output: 1 },
        start('each', 0),
        { type: 'item.failed', run: 'r', at, task: 'each', item: 0, error: new Error('no') },
        { type: 'task.succeeded', run: 'r', at: 1_000, task: 'each', output: [], by: 'fallback' },
        start('may'),
        { type: 'task.sla_missed', run: 'r', at, task: 'may', slaMs: 1 },
        { type: 'task.failed', run: 'r', at, task: 'may', error: new Error('style') },
        { type: 'task.skipped', run: 'r', at, task: 'off', reason: 'condition' },
        start('ship'),
        childStarted('r.ship', { run: 'r', task: 'ship', attempt: 1 }),
        { type: 'task.succeeded', run: 'r.ship', at, task: 'box', output: 1 },
        start('shipAll', 3),
        childStarted('r.shipAll.3', { run: 'r', task: 'shipAll', attempt: 1, item: 3 }),
      ),
    ).toEqual([
      'flow',
      '◔ pause        sleeps for another 58.0 s',
      '? ask          waits for a decision: look · no',
      '◔ us           waits for breaker api to let it try, 3.0 s left',
      '▸ tests        2.0 s  1/4 items, 1 running',
      '✔ each         1.0 s  0/1 item  by fallback',
      '✖ may          failed (allowed): style  over its sla',
      '○ off          skipped: its condition said no',
      '▸ ship         2.0 s  1/2 of pack',
      '✔ › box',
      '· › label',
      '▸ shipAll      2.0 s  0 items done, 1 running',
      '· › [3] box',
      '· › [3] label',
      '████████░░░░░░░░░░░░░░░░ 3/9 · 3 running · 3 waiting · 1 skipped · 2.0 s',
    ]);
  });

  test('says what is undone, below the tasks', () => {
    const undo = { run: 'r', task: 'ship', attempt: 1 };
    const lines = pictureAfter(
      { type: 'run.cancelling', run: 'r', at, reason: 'enough' },
      { ...undo, type: 'compensation.started', at },
      { ...undo, type: 'compensation.succeeded', at: 30 },
      { ...undo, type: 'compensation.started', at, item: 1 },
      { ...undo, type: 'compensation.failed', at, item: 1, error: new Error('no'), retryInMs: 3_000 },
      { ...undo, type: 'compensation.started', at, item: 2 },
      { ...undo, type: 'compensation.failed', at, item: 2, error: new Error('never') },
      { ...undo, type: 'compensation.started', at: 1_500, item: 3 },
    );
    expect(lines.slice(-5)).toEqual([
      '✔ undo ship     30 ms',
      '↻ undo ship[1]  attempt 1 failed, next in 1.0 s: no',
      '✖ undo ship[2]  never',
      '↶ undo ship[3]  500 ms',
      '░░░░░░░░░░░░░░░░░░░░░░░░ 0/9 · cancelling · 0 running · 2.0 s',
    ]);
  });

  test('has room for the tasks that matter while much is undone, and is no taller for it', () => {
    const tree = new RunTree(flow.definition);
    for (const { id } of flow.definition.tasks) tree.apply(start(id));
    for (let item = 0; item < 50; item++)
      tree.apply({ type: 'compensation.started', run: 'r', at, task: 'ship', attempt: 1, item });
    const lines = linesOf(tree.root, 80, 12, 0);
    expect(lines).toHaveLength(10);
    expect(lines).toContain('▸ pause          0 ms');
    expect(lines).toContain('↶ undo ship[49]  0 ms');
  });

  test('forgets of what is undone what went well, once it is much', () => {
    const tree = new RunTree(flow.definition);
    for (let item = 0; item < 1_000; item++) {
      const undo = { run: 'r', at, task: 'ship', attempt: 1, item };
      tree.apply({ ...undo, type: 'compensation.started' });
      tree.apply({
        ...undo,
        type: item === 500 ? 'compensation.failed' : 'compensation.succeeded',
        error: '',
      });
    }
    expect(tree.root.undone.length).toBeLessThan(110);
    expect(tree.root.undone.at(-1)?.name).toBe('ship[500]');
  });

  test('stands still when the run has ended', () => {
    const finished = { type: 'run.finished', run: 'r', at: 700, succeeded: 0, total: 9 } as const;
    const lines = pictureAfter(
      { type: 'run.cancelling', run: 'r', at, reason: 'enough' },
      { ...finished, state: 'cancelled' },
    );
    expect(lines.at(-1)).toBe('░░░░░░░░░░░░░░░░░░░░░░░░ 0/9 · 0 running · 700 ms');
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
