import { type RunEvent, workflow, type WorkflowDefinition } from '@wf-sdk/core';
import { expect, test } from 'vitest';
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
    'cancelling: interrupted (Ctrl-C); running tasks have been told to stop, Ctrl-C again forces',
    '◼ b  cancelled',
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
