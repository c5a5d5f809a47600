import { run, type RunEvent, workflow } from '@wf-sdk/core';
import { sampleRuns, VirtualClock } from '@wf-sdk/testing';
import { describe, expect, test } from 'vitest';
import { createLogReporter, isLess, logText } from './log-lines.ts';

interface Line {
  readonly time: string;
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

function linesOf(events: readonly RunEvent[], level?: 'warn' | 'error'): Line[] {
  const lines: Line[] = [];
  const reporter = createLogReporter((line) => {
    expect(line).not.toContain('\n');
    lines.push(JSON.parse(line) as Line);
  }, level);
  for (const event of events) reporter.observe(event);
  reporter.end();
  return lines;
}

describe('a run as a log', () => {
  const clock = new VirtualClock();
  const flow = workflow('nightly', { version: '1.0.0' })
    .addTask('load')
    .retry({ attempts: 2, delay: '1m' })
    .run((_, { log, attempt }) => {
      log.debug('try', { msg: 'mine', level: 9, size: 3n });
      if (attempt === 1) throw new TypeError('reset\nreally');
      throw new RangeError('gone');
    });
  const events: RunEvent[] = [];
  const whole = clock.passUntil(
    run(flow, undefined, { id: 'r', clock, observers: [(event) => void events.push(event)] }),
  );
  const place = { run: 'r', task: 'load' };

  test('has what tasks say, what goes wrong, and how it ends', async () => {
    await whole;
    const lines = linesOf(events);
    const said = { level: 'debug', msg: 'try', ...place, 'fields.msg': 'mine', 'fields.level': 9, size: '3' };
    expect(lines).toMatchObject([
      { level: 'info', msg: 'run started', run: 'r', workflow: 'nightly', version: '1.0.0' },
      { ...said, attempt: 1 },
      {
        level: 'warn',
        msg: 'attempt 1 failed, next in 1 m 00 s: TypeError: reset',
        ...place,
        event: 'attempt.failed',
        error: { name: 'TypeError', message: 'reset\nreally' },
      },
      { ...said, attempt: 2 },
      { level: 'error', msg: 'task failed: RangeError: gone', ...place, event: 'task.failed' },
      { level: 'error', run: 'r', event: 'run.finished', state: 'failed', succeeded: 0, total: 1 },
    ]);
    expect(lines.map(({ time }) => Date.parse(time))).toEqual(
      [0, 0, 0, 60_000, 60_000, 60_000].map((after) => clock.startedAt + after),
    );
  });

  test('can leave out what is less grave', async () => {
    await whole;
    expect(linesOf(events, 'warn').map(({ level }) => level)).toEqual(['warn', 'error', 'error']);
    expect(linesOf(events, 'error').map(({ level }) => level)).toEqual(['error', 'error']);
  });
});

test('each line of the log of every sample run is JSON, with a time, a level and a text', async () => {
  const runs = await sampleRuns();
  const lines = linesOf(runs.flatMap(({ events }) => events));
  expect(lines.length).toBeGreaterThan(runs.length);
  for (const { time, level, msg } of lines) {
    expect(new Date(time).toISOString()).toBe(time);
    expect(['debug', 'info', 'warn', 'error']).toContain(level);
    expect(msg).not.toBe('');
  }
});

test('a text has no colours in it', () => {
  expect(JSON.parse(logText(0, 'warn', '\u001B[33mold\u001B[39m'))).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    msg: 'old',
  });
});

test('nothing is less grave than what is wanted where nothing is said', () => {
  expect([isLess('debug', undefined), isLess('info', 'warn'), isLess('warn', 'warn')]).toEqual([
    false,
    true,
    false,
  ]);
});
