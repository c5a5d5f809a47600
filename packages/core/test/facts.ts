import type { RunEvent } from '../src/model/event.ts';
import type { SkipReason } from '../src/model/state.ts';
import {
  type Fact,
  isCancelled,
  nextTask,
  type OracleState,
  type OracleTask,
  standingOf,
  type TaskFact,
} from '../src/schedule/scheduler.oracle.ts';

/** What a scheduler told its runtime. */
export interface Told {
  readonly type: 'check' | 'queued' | 'skipped' | 'upstreamFailed' | 'cancelled';
  readonly task: string;
  readonly cause?: string;
}

/** Everything that could happen to a run now, but for its being cancelled: that is always possible. */
export function possibleFacts(
  tasks: readonly OracleTask[],
  concurrency: number,
  state: OracleState,
): readonly Fact[] {
  const next = nextTask(tasks, concurrency, state);
  return [
    ...(state.phase === 'new' ? [{ type: 'begin' } as const] : []),
    ...(next === undefined ? [] : [{ type: 'take', task: next } as const]),
    ...tasks.flatMap((task) => factsOf(task, state)),
  ];
}

function factsOf(task: OracleTask, state: OracleState): readonly Fact[] {
  const standing = standingOf(state, task.id);
  const facts = (...types: Exclude<TaskFact['type'], 'skip'>[]): TaskFact[] =>
    types.map((type) => ({ type, task: task.id }));
  const skips = (...reasons: SkipReason[]): TaskFact[] =>
    reasons.map((reason) => ({ type: 'skip', task: task.id, reason }));
  switch (standing.state) {
    case 'checking':
      return [...facts('pass', 'fail'), ...skips('condition', 'branch')];
    case 'queued':
      return [
        ...facts('succeed', 'fail', 'wait'),
        ...(standing.ready ? [] : facts('admit')),
        ...skips('intervention'),
      ];
    case 'running': {
      const giveBack = standing.slots > 0 ? facts('giveBack') : [];
      if (isCancelled(task, state)) return [...giveBack, ...facts('cancelled')];
      const share = facts(standing.wantsSlot ? 'unshare' : 'share');
      return [
        ...share,
        ...giveBack,
        ...facts('succeed', 'fail', 'retry', 'wait'),
        ...skips('fallback', 'recovery'),
      ];
    }
    case 'retrying':
      return [...facts('requeue', 'succeed', 'fail', 'wait'), ...skips('recovery')];
    case 'waiting':
      return [...facts('requeue', 'succeed', 'fail'), ...skips('intervention')];
    case 'pending':
    case 'succeeded':
    case 'failed':
    case 'upstream_failed':
    case 'skipped':
    case 'cancelled':
      return [];
  }
}

/** A fact and what followed from it, as a run's log has them. */
export function eventsOf(before: OracleState, fact: Fact, told: readonly Told[]): readonly RunEvent[] {
  return [...eventsOfFact(before, fact), ...told.flatMap(eventsOfConsequence)];
}

const base = { run: 'r', at: 0 };
const error = new Error('no');

function eventsOfFact(before: OracleState, fact: Fact): readonly RunEvent[] {
  switch (fact.type) {
    case 'begin':
      return [STARTED];
    case 'cancel': {
      const wholly = fact.how === 'wholly' || before.phase === 'new';
      const cancelling: RunEvent = {
        ...base,
        type: 'run.cancelling',
        reason: undefined,
        ...(wholly && { wholly }),
      };
      return before.phase === 'new' ? [STARTED, cancelling] : [cancelling];
    }
    case 'take': {
      const item = standingOf(before, fact.task).state === 'running' ? { item: 1 } : {};
      return [{ ...base, type: 'attempt.started', task: fact.task, attempt: 1, ...item }];
    }
    case 'retry':
      return [{ ...base, type: 'attempt.failed', task: fact.task, attempt: 1, error, retryInMs: 1 }];
    case 'wait':
      return [{ ...base, type: 'task.waiting', task: fact.task, for: 'timer' }];
    case 'succeed':
      return [{ ...base, type: 'task.succeeded', task: fact.task, output: undefined }];
    case 'fail':
      return [{ ...base, type: 'task.failed', task: fact.task, error }];
    case 'skip':
      return [{ ...base, type: 'task.skipped', task: fact.task, reason: fact.reason }];
    case 'cancelled':
      return [{ ...base, type: 'task.cancelled', task: fact.task }];
    case 'pass':
    case 'admit':
    case 'requeue':
    case 'share':
    case 'unshare':
    case 'giveBack':
      return [];
  }
}

const STARTED: RunEvent = {
  ...base,
  type: 'run.started',
  workflow: 'w',
  version: '0.0.0',
  input: undefined,
  total: 0,
};

function eventsOfConsequence({ type, task, cause = '' }: Told): readonly RunEvent[] {
  switch (type) {
    case 'check':
      return [];
    case 'queued':
      return [{ ...base, type: 'task.queued', task }];
    case 'skipped':
      return [{ ...base, type: 'task.skipped', task, reason: 'dependency', cause }];
    case 'upstreamFailed':
      return [{ ...base, type: 'task.upstream_failed', task, cause }];
    case 'cancelled':
      return [{ ...base, type: 'task.cancelled', task }];
  }
}
