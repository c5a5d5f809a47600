import type { RunEvent } from '@wf-sdk/core';
import { sampleRuns } from '@wf-sdk/testing';
import { describe, expect, test } from 'vitest';
import { toJsonText } from '../show/event-json.ts';
import { UsageError } from '../usage-error.ts';
import { timelineOf } from './from-events.ts';
import { timelineOfText } from './read-text.ts';

const lines = (events: readonly RunEvent[]): string =>
  events.map((event) => `${toJsonText(event)}\n`).join('');

describe('a file of events', () => {
  test('tells of its run what the events themselves tell', async () => {
    for (const { name, events } of await sampleRuns()) {
      const read = await timelineOfText([lines(events)], 'run.jsonl');
      const told = await timelineOf(events, { source: 'events' });
      expect(read.notes, name).toEqual(told?.notes);
      expect(read.run.tasks.map(({ phases }) => phases.length)).toEqual(
        told?.run.tasks.map(({ phases }) => phases.length),
      );
      expect(read.run.criticalPath, name).toEqual(told?.run.criticalPath);
    }
  });

  test('may end in a line that is not whole, which is said', async () => {
    const [{ events } = { events: [] }] = await sampleRuns();
    const whole = lines(events);
    const { run, notes } = await timelineOfText([whole.slice(0, -20)], 'run.jsonl');
    expect(run.state).toBe('running');
    expect(notes).toContainEqual(expect.stringMatching(/last line is not whole/));
  });

  test('may tell of what a newer version knows', async () => {
    const [{ events, run } = { events: [], run: '' }] = await sampleRuns();
    const newer = `${JSON.stringify({ type: 'task.thought_about', run, at: 1, task: 'fetch' })}\n`;
    const { run: root } = await timelineOfText([lines(events) + newer], 'run.jsonl');
    expect(root.state).toBe('succeeded');
  });
});

test('a line that is not whole in the midst of a file is refused by its number', async () => {
  const event = '{"type":"run.started","run":"r","at":1}';
  await expect(timelineOfText([`${event}\n{"type":"ta\n\n${event}\n`], 'run.jsonl')).rejects.toThrow(
    `run.jsonl: line 2 is no event of a run, but '{"type":"ta'; give a file that wf-sdk run --events`,
  );
});

describe('a result', () => {
  const task = { attempts: 1, startedAt: 1_000, endedAt: 2_000, state: 'succeeded' };
  const result = {
    run: 'r',
    workflow: 'w',
    state: 'failed',
    startedAt: 1_000,
    endedAt: 6_000,
    succeeded: 2,
    total: 4,
    error: { name: 'RunTimeoutError', message: 'too long', code: 'run_timeout' },
    tasks: {
      a: { ...task, id: 'a' },
      aside: { ...task, id: 'aside', endedAt: 1_500 },
      b: {
        ...task,
        id: 'b',
        startedAt: 2_000,
        endedAt: 6_000,
        state: 'failed',
        error: { name: 'Error', message: 'no' },
      },
      c: { id: 'c', attempts: 0, state: 'upstream_failed', cause: 'b' },
    },
  };

  test('gives what it has, and says what it has not', async () => {
    const { source, run, notes } = await timelineOfText([JSON.stringify(result, undefined, 2)], 'run.json');
    expect(source).toBe('result');
    expect(run).toMatchObject({ state: 'failed', error: 'RunTimeoutError: too long', total: 4 });
    expect(run.tasks.map((one) => [one.task, one.phases.length])).toEqual([
      ['a', 1],
      ['aside', 1],
      ['b', 1],
      ['c', 0],
    ]);
    expect(run.criticalPath).toMatchObject({
      share: 1,
      dependencies: 'inferred',
      steps: [{ task: 'a' }, { task: 'b', beforeMs: 0 }],
    });
    expect(notes).toEqual([
      expect.stringMatching(/A result says of each task only when .* The critical path is a guess/),
    ]);
  });

  test('is read however it is cut, within a character too', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...result, workflow: 'naïve ✓' }, undefined, 2));
    for (const size of [1, 7, bytes.length]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      const { run } = await timelineOfText(pieces, 'run.json');
      expect(run).toMatchObject({ workflow: 'naïve ✓', tasks: { length: 4 } });
    }
  });

  test('of tasks that took no time does not go in circles', async () => {
    const at = { ...task, startedAt: 1_000, endedAt: 1_000 };
    const tasks = { a: { ...at, id: 'a' }, b: { ...at, id: 'b' } };
    const { run } = await timelineOfText([JSON.stringify({ ...result, tasks })], 'run.json');
    expect(run.criticalPath.steps).toHaveLength(1);
  });
});

describe('anything else', () => {
  test.for([
    ['', 'run.jsonl', /^run\.jsonl is empty: it has no events yet\. A timeline is drawn of .*--events/],
    [
      '{"tasks": []}',
      'status.json',
      /^status\.json has neither events nor a result of a run; line 1 is '\{"tasks": \[\]\}'\. A timeline/,
    ],
    [
      '{"type":"run.st',
      'run.jsonl',
      /^run\.jsonl has neither events nor a result of a run; line 1 is '\{"type":"run\.st'/,
    ],
    ['\n \n  hello\n', 'notes.txt', /; line 3 is 'hello'\. A timeline/],
    ['hello\nworld', 'notes.txt', /^notes\.txt has neither events nor a result/],
    [
      'export default 1;',
      'p.ts',
      /^p\.ts is a pipeline, not a run of one: wf-sdk run p\.ts --events run\.jsonl/,
    ],
    [
      '{"type":"run.started","run":"r","at":1}\nhm\n{}\n',
      'run.jsonl',
      /^run\.jsonl: line 2 is no event of a run, but 'hm'; give/,
    ],
  ] as const)('is refused, with what to do: %s', async ([text, name, message]) => {
    await expect(timelineOfText([text], name)).rejects.toThrow(message);
    await expect(timelineOfText([text], name)).rejects.toBeInstanceOf(UsageError);
  });
});
