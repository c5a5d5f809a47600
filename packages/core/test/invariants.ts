import { expect } from 'vitest';

import type { Plan, RunEvent, TaskDefinition } from '../src/index.ts';

type TaskEvent = Extract<RunEvent, { readonly task: string }>;

/** Where a task stands by its log. */
interface Standing {
  state: 'pending' | 'queued' | 'running' | 'retrying' | 'waiting' | 'ended';
  /** The number of the last attempt of each unit: of the task itself, or of each of its items. */
  readonly tries: Map<number | undefined, number>;
  /** Units of which an attempt is under way. */
  readonly live: Set<number | undefined>;
}

/**
 * Follows the log of one run and throws at the first event that cannot be true: a state that does not follow from the
 * one before, a final state that is left, a number of attempts that jumps, two attempts of one unit at once, more
 * attempts at once than there are slots, or something that is begun in a cancelled run and does not always run.
 */
export function checkLog(events: readonly RunEvent[], plan: Plan, concurrency: number): void {
  const standings = new Map<string, Standing>();
  let cancelling: 'no' | 'gently' | 'wholly' = 'no';
  let last = Number.NEGATIVE_INFINITY;
  const isEnded = (task: string): boolean => {
    const { runAlways, teardownOf } = definitionOf(plan, task) ?? {};
    return (
      cancelling === 'wholly' || (cancelling === 'gently' && runAlways !== true && teardownOf === undefined)
    );
  };
  for (const [place, event] of events.entries()) {
    const where = `event ${place}: ${event.type} ${'task' in event ? event.task : ''}`;
    expect(event.at, where).toBeGreaterThanOrEqual(last);
    last = event.at;
    if (event.type === 'run.cancelling') {
      cancelling = event.wholly === true ? 'wholly' : 'gently';
      // From now on nothing tells how the items end of a task that is cancelled.
      for (const [task, { live }] of standings)
        if (definitionOf(plan, task)?.fanOut !== undefined && isEnded(task)) live.clear();
    }
    if (event.type === 'run.retried') {
      // These begin anew, their attempts counted from 1; the run has not ended, and is not cancelled any more.
      cancelling = 'no';
      for (const task of event.tasks) standings.delete(task);
    }
    if (!('task' in event)) continue;
    const standing = standings.get(event.task) ?? { state: 'pending', tries: new Map(), live: new Set() };
    standings.set(event.task, standing);
    follow(standing, event, where);
    const live = Array.from(standings.values(), ({ live: units }) => units.size).reduce(
      (sum, size) => sum + size,
    );
    expect(live, `${where}: attempts at once`).toBeLessThanOrEqual(concurrency);
    const { fanOut } = definitionOf(plan, event.task) ?? {};
    expect(standing.live.size, `${where}: items at once`).toBeLessThanOrEqual(fanOut?.concurrency ?? 16);
    if (isEnded(event.task))
      expect(event.type, where).toMatch(
        /^(?:task\.(?:cancelled|log|sla_missed)$|attempt\.late$|compensation\.)/,
      );
  }
  expect(standings.size).toBe(plan.tasks.length);
  for (const [task, { state }] of standings) expect(state, task).toBe('ended');
}

function definitionOf(plan: Plan, task: string): TaskDefinition | undefined {
  return plan.tasks[plan.indexOf.get(task) ?? -1]?.definition;
}

function follow(standing: Standing, event: TaskEvent, where: string): void {
  const { live, tries } = standing;
  const from = (...states: Standing['state'][]): void => expect(states, where).toContain(standing.state);
  const to = (state: Standing['state']): void => {
    standing.state = state;
    live.clear();
  };
  switch (event.type) {
    case 'task.queued':
      from('pending', 'retrying', 'waiting');
      return to('queued');
    case 'attempt.started':
      from(event.item === undefined ? 'queued' : 'running');
      standing.state = 'running';
      expect(event.attempt, where).toBe((tries.get(event.item) ?? 0) + 1);
      expect(live.has(event.item), where).toBe(false);
      tries.set(event.item, event.attempt);
      live.add(event.item);
      return;
    case 'task.fanned_out':
      from('queued');
      standing.state = 'running';
      return;
    case 'attempt.failed':
      from('running');
      expect(live.delete(event.item), where).toBe(true);
      if (event.item === undefined && event.retryInMs !== undefined) standing.state = 'retrying';
      return;
    case 'attempt.late':
      from('running');
      live.delete(event.item);
      return;
    case 'item.succeeded':
      from('running');
      expect(live.delete(event.item), where).toBe(true);
      return;
    case 'item.failed':
      from('running');
      expect(live.has(event.item), where).toBe(false);
      return;
    case 'task.recovering':
      from('queued', 'running');
      return event.retryInMs === undefined ? undefined : to('retrying');
    case 'task.waiting':
      from('queued', 'running');
      return to('waiting');
    case 'task.decided':
      return from('waiting');
    case 'task.sla_missed':
      return from('pending', 'queued', 'running', 'retrying', 'waiting');
    case 'task.succeeded':
    case 'task.failed':
    case 'task.skipped':
    case 'task.upstream_failed':
    case 'task.cancelled':
      from('pending', 'queued', 'running', 'retrying', 'waiting');
      return to('ended');
    case 'compensation.started':
    case 'compensation.succeeded':
    case 'compensation.failed':
      return from('ended');
    case 'task.log':
      return undefined;
  }
}
