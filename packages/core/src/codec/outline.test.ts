import { sampleRuns } from '@wf-sdk/testing';
import { expect, test } from 'vitest';
import { UnreadableError } from '../model/codec-error.ts';
import { decodeEvent, encodeEvent } from './event.ts';
import { decodeOutline } from './outline.ts';

const ALL = { has: () => true } as unknown as ReadonlySet<string>;
const VALUES: ReadonlySet<string> = new Set(['input', 'output', 'value', 'fields']);
const run = 'r';

test('an outline is the event without what tasks were given and gave', async () => {
  const events = (await sampleRuns()).flatMap((sample) => sample.events);
  expect(events.length).toBeGreaterThan(300);
  for (const event of events) {
    const entry = { ...encodeEvent(event, 'null'), seq: 1 };
    const whole: Record<string, unknown> = { ...decodeEvent(run, entry) };
    for (const key of VALUES) delete whole[key];
    if (event.type === 'run.cancelling') delete whole['reason'];
    // Only of attempts and tasks is it looked at which error it was.
    if (event.type !== 'attempt.failed' && event.type !== 'task.failed') delete whole['error'];
    expect({ ...decodeOutline(run, entry, ALL) }).toEqual(whole);
  }
});

test('what is not wanted is not read, nor is an output', () => {
  const entry = { seq: 3, at: 5, task: 'a' };
  const damaged = { ...entry, type: 'task.succeeded', body: '{}\noutput \u0000' };
  expect(decodeOutline(run, damaged, new Set(['task.succeeded']))).toEqual({
    type: 'task.succeeded',
    run,
    at: 5,
    task: 'a',
  });
  const unwanted = { ...entry, type: 'task.log', body: 'no event' };
  expect(decodeOutline(run, unwanted, new Set(['task.failed']))).toBeUndefined();
});

test.each(['', '7', 'null', '{', '{}\nerror {'])('what is damaged is refused: %j', (body) => {
  const entry = { seq: 3, at: 5, task: 'a', type: 'task.failed', body };
  expect(() => decodeOutline(run, entry, ALL)).toThrow(UnreadableError);
  expect(() => decodeOutline(run, entry, ALL)).toThrow(/event 3 of run r/);
});
