import { type RunEvent, workflow, type WorkflowDefinition } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { coloursFor } from './colours.ts';
import { createLineReporter } from './lines.ts';
import { RunTree } from './run-tree.ts';

const flow = workflow('flow')
  .addTask('a')
  .retry({ attempts: 2 })
  .run(() => 1)
  .addTask('b')
  .run(() => 1);

function linesOf(...events: RunEvent[]): string[] {
  return linesOfRun(flow, events);
}

function linesOfRun(
  { definition }: { definition: WorkflowDefinition },
  events: readonly RunEvent[],
): string[] {
  const lines: string[] = [];
  const tree = new RunTree(definition);
  const reporter = createLineReporter(tree, (line) => lines.push(line), coloursFor({}, {}));
  for (const event of events) {
    tree.apply(event);
    reporter.observe(event);
  }
  reporter.end();
  return lines;
}

const run = 'r1';

test('has a line for what a reader of a log wants to know', () => {
  const lines = linesOf(
    { type: 'run.started', run, at: 0, workflow: 'flow', version: '1', input: {}, total: 2 },
    { type: 'task.queued', run, at: 0, task: 'a' },
    { type: 'attempt.started', run, at: 100, task: 'a', attempt: 1 },
    {
      type: 'attempt.failed',
      run,
      at: 150,
      task: 'a',
      attempt: 1,
      error: new TypeError('busy\nreally'),
      retryInMs: 1500,
    },
    { type: 'attempt.started', run, at: 1650, task: 'a', attempt: 2 },
    { type: 'attempt.failed', run, at: 1700, task: 'a', attempt: 2, error: new Error('gone') },
    { type: 'task.failed', run, at: 1700, task: 'a', error: new Error('gone') },
    { type: 'task.upstream_failed', run, at: 1700, task: 'b', cause: 'a' },
    { type: 'run.cancelling', run, at: 1800, reason: 'interrupted (Ctrl-C)' },
    { type: 'task.cancelled', run, at: 1800, task: 'b' },
    { type: 'run.finished', run, at: 1800, state: 'failed', succeeded: 0, total: 2 },
  );
  expect(lines).toEqual([
    'flow · run r1',
    '▸ a',
    '↻ a  attempt 1/2 failed, next in 1.5 s: TypeError: busy',
    '▸ a  attempt 2/2',
    '✖ a  1.6 s  gone',
    '⊘ b  not run: a did not succeed',
    'cancelling: interrupted (Ctrl-C); running tasks have been told to stop',
    '◼ b  cancelled',
  ]);
});

test('says that a run waits for its turn, and of a run below another where it is', () => {
  const pending = { type: 'run.pending', at: 0, version: '1', input: {}, limit: 2 } as const;
  const lines = linesOf(
    { ...pending, run, workflow: 'flow', runs: ['r0', 'q'] },
    { type: 'run.started', run, at: 900, workflow: 'flow', version: '1', input: {}, total: 2 },
    { type: 'attempt.started', run, at: 910, task: 'a', attempt: 1 },
    {
      ...pending,
      limit: 1,
      run: 'r1~a',
      workflow: 'sub',
      runs: ['s'],
      parent: { run, task: 'a', attempt: 1 },
    },
  );
  expect(lines).toEqual([
    '◔ run r1 waits for its turn: 2 runs of flow may be active at once, and there are r0 and q',
    'flow · run r1',
    '▸ a',
    '◔ a › run r1~a waits for its turn: 1 run of sub may be active at once, and there is s',
  ]);
});

test('says that a run goes on, and what others say to it', () => {
  const lines = linesOf(
    { type: 'run.started', run, at: 0, workflow: 'flow', version: '1', input: {}, total: 2 },
    { type: 'task.succeeded', run, at: 10, task: 'a', output: 1 },
    { type: 'attempt.started', run, at: 10, task: 'b', attempt: 1 },
    { type: 'run.resumed', run, at: 900 },
    { type: 'run.told', run, at: 910, message: 1, what: 'cancel', by: 'sam' },
    { type: 'run.told', run, at: 920, message: 2, what: 'approve', about: 'b' },
    { type: 'run.told', run, at: 920, message: 2, what: 'approve', about: 'b', refused: 'b does not wait' },
    { type: 'run.told', run, at: 930, message: 3, what: 'signal', about: 'g\x1B[2Jo', by: 'sam' },
  );
  expect(lines.slice(-5)).toEqual([
    'flow · run r1 goes on: 1 of 2 tasks had ended',
    '  sam │ cancel',
    '  somebody │ approve b',
    '! somebody said approve b, which cannot be done: b does not wait',
    '  sam │ signal go',
  ]);
});

test('counts the time from the first attempt', () => {
  const [, , , last] = linesOf(
    { type: 'attempt.started', run, at: 1000, task: 'a', attempt: 1 },
    { type: 'attempt.failed', run, at: 1000, task: 'a', attempt: 1, error: new Error('x'), retryInMs: 0 },
    { type: 'attempt.started', run, at: 61_000, task: 'a', attempt: 2 },
    { type: 'task.succeeded', run, at: 66_000, task: 'a', output: 1 },
  );
  expect(last).toBe('✔ a  1 m 05 s');
});

test('shows what tasks log, with level and fields', () => {
  const log = { type: 'task.log', run, at: 0, task: 'a', attempt: 1 } as const;
  expect(
    linesOf(
      { ...log, level: 'info', message: 'read', fields: { rows: 3, size: 10n } },
      { ...log, level: 'warn', message: 'slow' },
      { ...log, level: 'error', message: 'lost', fields: { error: new Error('e') } },
      { ...log, level: 'debug', message: 'detail' },
    ).map((line) => line.replace(/"stack":"[^"]*"/, '"stack":…')),
  ).toEqual([
    '  a │ read {"rows":3,"size":"10"}',
    '  a │ warn: slow',
    '  a │ error: lost {"error":{"name":"Error","message":"e","stack":…}}',
    '  a │ debug: detail',
  ]);
});

describe('a task that', () => {
  const child = workflow('pack')
    .addTask('box')
    .run(() => 1);
  const features = workflow('features')
    .addTask('a')
    .run(() => 1)
    .addTask('may')
    .allowFailure()
    .run(() => 1)
    .addTask('us')
    .breaker('api')
    .run(() => 1)
    .addTask('each')
    .retry({ attempts: 2 })
    .forEach(() => [1])
    .run(() => 1)
    .addTask('ship')
    .runWorkflow(child)
    .addTask('book')
    .compensate(() => undefined, { retry: { attempts: 2 } })
    .run(() => 1)
    .addTask('close')
    .teardownOf('book')
    .run(() => 1);
  const started: RunEvent = {
    type: 'run.started',
    run,
    at: 0,
    workflow: 'features',
    version: '1',
    input: {},
    total: 7,
  };
  const error = new Error('no');
  const lines = (...events: RunEvent[]): string[] => linesOfRun(features, [started, ...events]).slice(1);

  test('is skipped says why', () => {
    const skipped = { type: 'task.skipped', run, at: 0, task: 'a' } as const;
    expect(
      lines(
        { ...skipped, reason: 'condition' },
        { ...skipped, reason: 'branch' },
        { ...skipped, reason: 'dependency', cause: 'b' },
        { type: 'attempt.failed', run, at: 0, task: 'a', attempt: 1, error },
        { ...skipped, reason: 'fallback' },
        { ...skipped, reason: 'recovery' },
        { ...skipped, reason: 'intervention' },
      ),
    ).toEqual([
      '○ a  skipped: its condition said no',
      '○ a  skipped: another branch was taken',
      '○ a  skipped: because of b',
      '○ a  skipped by its fallback: no',
      '○ a  skipped by a recovery rule: no',
      '○ a  skipped by decision: no',
    ]);
  });

  test('waits says for what, and what was decided', () => {
    expect(
      lines(
        { type: 'task.waiting', run, at: 0, task: 'a', for: 'timer', until: 90_000 },
        { type: 'task.waiting', run, at: 0, task: 'us', for: 'breaker', until: 2_000 },
        { type: 'task.waiting', run, at: 0, task: 'a', for: 'approval', error, message: 'call the bank' },
        { type: 'task.decided', run, at: 0, task: 'a', decision: 'approve' },
        { type: 'task.succeeded', run, at: 0, task: 'a', output: 1, by: 'approval' },
      ),
    ).toEqual([
      '◔ a  sleeps for another 1 m 30 s',
      '◔ us  waits for breaker api to let it try, 2.0 s left',
      '? a  waits for a decision: call the bank · no',
      '  a │ decided: approve',
      '✔ a  by approval',
    ]);
  });

  test('gets into trouble says which', () => {
    expect(
      lines(
        { type: 'task.sla_missed', run, at: 0, task: 'a', slaMs: 5_000 },
        { type: 'breaker.changed', run, at: 0, breaker: 'api', state: 'open' },
        { type: 'breaker.changed', run, at: 0, breaker: 'api', state: 'half_open' },
        { type: 'breaker.changed', run, at: 0, breaker: 'api', state: 'closed' },
        { type: 'attempt.failed', run, at: 0, task: 'a', attempt: 1, error },
        { type: 'task.recovering', run, at: 0, task: 'a', rule: 1, action: 'run_then_retry', retryInMs: 50 },
        { type: 'task.recovering', run, at: 0, task: 'a', rule: 0, action: 'escalate' },
        { type: 'attempt.started', run, at: 0, task: 'a', attempt: 2 },
        { type: 'task.failed', run, at: 0, task: 'may', error },
      ),
    ).toEqual([
      '! a takes longer than its sla of 5.0 s',
      '! breaker api is open: calls are held back',
      '! breaker api is half open: one call is let through to see',
      '✔ breaker api is closed again',
      '↻ a  failed, recovery rule 2: has repaired, next in 50 ms: no',
      '▸ a  attempt 2',
      '✖ may  failed (allowed): no',
    ]);
  });

  test('has items says how far they have come, and which fail, within reason', () => {
    const item = (index: number, failed: boolean, at = 0): RunEvent[] => [
      { type: 'attempt.started', run, at, task: 'each', item: index, attempt: 1 },
      failed
        ? { type: 'item.failed', run, at, task: 'each', item: index, error }
        : { type: 'item.succeeded', run, at, task: 'each', item: index, output: 1 },
    ];
    const many = lines(
      { type: 'attempt.started', run, at: 0, task: 'each', item: 0, attempt: 1 },
      { type: 'attempt.failed', run, at: 0, task: 'each', item: 0, attempt: 1, error, retryInMs: 10 },
      { type: 'attempt.started', run, at: 0, task: 'each', item: 0, attempt: 2 },
      { type: 'item.succeeded', run, at: 0, task: 'each', item: 0, output: 1 },
      ...Array.from({ length: 20 }, (_, n) => item(n + 1, true)).flat(),
      ...Array.from({ length: 20 }, (_, n) => item(n + 21, false, n * 500)).flat(),
      { type: 'task.succeeded', run, at: 10_000, task: 'each', output: [] },
    );
    expect(many.slice(0, 3)).toEqual([
      '▸ each',
      '↻ each[0]  attempt 1/2 failed, next in 10 ms: no',
      '✖ each[1]  no',
    ]);
    expect(many.slice(-3)).toEqual([
      '✖ each  more failures of its items are only counted from here on',
      '▸ each  32 items done, 20 failed',
      '✔ each  10.0 s  21/41 items',
    ]);
    expect(many).toHaveLength(14);
    const ten = lines(...Array.from({ length: 10 }, (_, n) => item(n + 1, true)).flat());
    expect(ten.at(-1)).toBe('✖ each[10]  no');
  });

  test('runs another workflow has the lines of that run', () => {
    const parent = { run, task: 'ship', attempt: 1 };
    expect(
      lines(
        { type: 'attempt.started', run, at: 0, task: 'ship', attempt: 1 },
        {
          type: 'run.started',
          run: 'r1.ship',
          at: 0,
          workflow: 'pack',
          version: '1',
          input: {},
          total: 1,
          parent,
        },
        { type: 'attempt.started', run: 'r1.ship', at: 0, task: 'box', attempt: 1 },
        {
          type: 'task.log',
          run: 'r1.ship',
          at: 0,
          task: 'box',
          attempt: 1,
          level: 'info',
          message: 'folded',
        },
        { type: 'run.cancelling', run: 'r1.ship', at: 0, reason: 'with its parent' },
        { type: 'task.succeeded', run: 'r1.ship', at: 5, task: 'box', output: 1 },
        { type: 'run.finished', run: 'r1.ship', at: 5, state: 'succeeded', succeeded: 1, total: 1 },
        { type: 'task.succeeded', run: 'r1.ship', at: 5, task: 'box', output: 'of a run that is over' },
        { type: 'task.succeeded', run, at: 6, task: 'ship', output: 1 },
      ),
    ).toEqual([
      '▸ ship',
      '  ship › workflow pack · run r1.ship',
      '▸ ship › box',
      '  ship › box │ folded',
      '✔ ship › box  5 ms',
      '✔ ship  6 ms',
    ]);
  });

  test('is undone says so, and what else still happens in a cancelled run is said at once', () => {
    const undo = { run, task: 'book' } as const;
    expect(
      lines(
        { type: 'run.cancelling', run, at: 0, reason: 'interrupted (Ctrl-C)' },
        { ...undo, type: 'compensation.started', at: 0, attempt: 1 },
        { ...undo, type: 'compensation.failed', at: 1, attempt: 1, error, retryInMs: 10 },
        { ...undo, type: 'compensation.started', at: 11, attempt: 2 },
        { ...undo, type: 'compensation.succeeded', at: 21, attempt: 2 },
        { ...undo, type: 'compensation.started', at: 21, attempt: 1, item: 3 },
        { ...undo, type: 'compensation.failed', at: 21, attempt: 1, error, item: 3 },
        { type: 'run.cancelling', run, at: 30, reason: 'enough', wholly: true },
        { type: 'run.cancelling', run, at: 40, reason: undefined, wholly: true },
      ),
    ).toEqual([
      'cancelling: interrupted (Ctrl-C); running tasks have been told to stop, tasks that always run still do, what was done is undone',
      '↶ undo book',
      '↻ undo book  attempt 1/2 failed, next in 10 ms: no',
      '↶ undo book  attempt 2/2',
      '✔ undo book  21 ms',
      '↶ undo book[3]',
      '✖ undo book[3]  no',
      'cancelling: enough; running tasks have been told to stop',
      'cancelling; running tasks have been told to stop',
    ]);
  });
});

test('says that a run is retried, and how much of it', () => {
  const retried = { type: 'run.retried', run, at: 900, messages: 0 } as const;
  const began = {
    type: 'run.started',
    run,
    at: 0,
    workflow: 'flow',
    version: '1',
    input: {},
    total: 2,
  } as const;
  const lines = linesOf(
    began,
    { ...retried, tasks: ['a', 'b'] },
    { ...retried, tasks: ['a'] },
    { ...retried, tasks: [] },
  );
  expect(lines.slice(-3)).toEqual([
    'flow · run r1 is retried: 2 tasks begin anew',
    'flow · run r1 is retried: 1 task begins anew',
    'flow · run r1 is retried: no task begins anew',
  ]);
});
