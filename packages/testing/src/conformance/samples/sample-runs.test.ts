import type { Decision, RunEvent, RunState, SkipReason, StandIn, WaitReason } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { sampleRuns } from './sample-runs.ts';

const TYPES: Record<RunEvent['type'], true> = {
  'run.pending': true,
  'run.started': true,
  'task.queued': true,
  'attempt.started': true,
  'attempt.failed': true,
  'attempt.late': true,
  'task.fanned_out': true,
  'item.succeeded': true,
  'item.failed': true,
  'task.recovering': true,
  'task.waiting': true,
  'task.decided': true,
  'task.sla_missed': true,
  'task.succeeded': true,
  'task.failed': true,
  'task.upstream_failed': true,
  'task.skipped': true,
  'task.cancelled': true,
  'compensation.started': true,
  'compensation.succeeded': true,
  'compensation.failed': true,
  'task.log': true,
  'run.waiting': true,
  'run.resumed': true,
  'run.retried': true,
  'run.told': true,
  'run.signalled': true,
  'breaker.changed': true,
  'run.cancelling': true,
  'run.finished': true,
};

const SKIPPED: Record<SkipReason, true> = {
  condition: true,
  branch: true,
  dependency: true,
  fallback: true,
  recovery: true,
  intervention: true,
  timeout: true,
};
const STAND_INS: Record<StandIn, true> = {
  fallback: true,
  recovery: true,
  approval: true,
  cache: true,
  timeout: true,
};
const DECISIONS: Record<Decision, true> = { approve: true, retry: true, skip: true, fail: true };
const WAITS: Record<WaitReason, true> = { timer: true, breaker: true, approval: true, signal: true };
const STATES: Record<RunState, true> = { succeeded: true, failed: true, cancelled: true };

type Values<Type extends RunEvent['type'], Key extends string> =
  Extract<RunEvent, { type: Type }> extends infer Event
    ? Key extends keyof Event
      ? Event[Key]
      : never
    : never;

/** Each value that a field has in the events of a type, sorted. */
function valuesOf<Type extends RunEvent['type'], Key extends string>(
  events: readonly RunEvent[],
  type: Type,
  key: Key,
): Values<Type, Key>[] {
  const values = events.flatMap((event) =>
    event.type === type && key in event ? [Reflect.get(event, key) as Values<Type, Key>] : [],
  );
  return [...new Set(values)].sort((a, b) => String(a).localeCompare(String(b)));
}

const keysOf = (record: object): string[] => Object.keys(record).sort();

const runs = await sampleRuns();
const events = runs.flatMap((run) => run.events);

test('the sample runs have every type of event', () => {
  expect([...new Set(events.map(({ type }) => type))].sort()).toEqual(keysOf(TYPES));
});

test('and every variant of those that have some', () => {
  expect(valuesOf(events, 'task.skipped', 'reason')).toEqual(keysOf(SKIPPED));
  expect(valuesOf(events, 'task.succeeded', 'by')).toEqual(keysOf(STAND_INS));
  expect(valuesOf(events, 'task.decided', 'decision')).toEqual(keysOf(DECISIONS));
  expect(valuesOf(events, 'task.waiting', 'for')).toEqual(keysOf(WAITS));
  expect(valuesOf(events, 'run.finished', 'state')).toEqual(keysOf(STATES));
  expect(valuesOf(events, 'breaker.changed', 'state')).toEqual(['closed', 'half_open', 'open']);
  expect(valuesOf(events, 'task.log', 'level')).toEqual(['debug', 'error', 'info', 'warn']);
  expect(valuesOf(events, 'task.recovering', 'action')).toEqual(
    ['retry', 'run_then_retry', 'value', 'skip', 'fail', 'escalate'].sort(),
  );
  expect(valuesOf(events, 'run.cancelling', 'wholly')).toEqual([true]);
});

test('and every field that an event can have or lack', () => {
  const has = (type: RunEvent['type'], key: string): unknown[] => [
    ...new Set(events.filter((event) => event.type === type).map((event) => key in event)),
  ];
  const optional: readonly (readonly [RunEvent['type'], string])[] = [
    ['run.pending', 'parent'],
    ['run.started', 'parent'],
    ['task.queued', 'pools'],
    ['run.started', 'timeoutMs'],
    ['attempt.started', 'item'],
    ['attempt.late', 'item'],
    ['attempt.failed', 'item'],
    ['attempt.failed', 'retryInMs'],
    ['task.fanned_out', 'items'],
    ['task.recovering', 'retryInMs'],
    ['task.waiting', 'until'],
    ['task.waiting', 'message'],
    ['task.succeeded', 'by'],
    ['item.succeeded', 'by'],
    ['task.succeeded', 'signal'],
    ['run.signalled', 'by'],
    ['run.waiting', 'until'],
    ['task.skipped', 'cause'],
    ['compensation.started', 'item'],
    ['compensation.failed', 'retryInMs'],
    ['task.log', 'fields'],
    ['task.log', 'item'],
    ['run.cancelling', 'wholly'],
    ['run.finished', 'error'],
    ['run.finished', 'output'],
  ];
  for (const [type, key] of optional)
    expect(has(type, key), `${type} with and without ${key}`).toHaveLength(2);
});

test('each is whole: it begins and ends with its run, and so do the runs below it', () => {
  for (const { run, events: told } of runs) {
    expect(['run.pending', 'run.started']).toContain(told.at(0)?.type);
    expect(told.at(0)).toMatchObject({ run });
    expect(told.at(-1)).toMatchObject({ type: 'run.finished', run });
    const ids = (type: RunEvent['type']): string[] =>
      told.flatMap((event) => (event.type === type ? [event.run] : [])).sort();
    expect(ids('run.finished').toSorted()).toEqual([...ids('run.started'), ...ids('run.retried')].toSorted());
  }
});

test('they are alike each time, and nothing is shared', async () => {
  const again = await sampleRuns();
  const tell = (event: RunEvent): string => `${event.run} ${event.at} ${event.type}`;
  for (const [place, { name, events: told }] of runs.entries()) {
    expect(again[place]?.events.map(tell), name).toEqual(told.map(tell));
    expect(again[place]?.events[0]).not.toBe(told[0]);
  }
});
