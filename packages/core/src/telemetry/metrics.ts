import type { NameIn } from './attributes.ts';

/*
 * What metrics are called, and what they mean: a source of docs/telemetry.md. The code can record nothing that is not here.
 */

/** Each metric: its instrument, its unit, its attributes, and what it says. */
export const METRICS = {
  'workflow.execution.duration': [
    'histogram',
    's',
    ['workflow.name', 'workflow.execution.outcome', 'error.type'],
    'How long a run took: in this process, where another one had it before.',
  ],
  'workflow.execution.completed': [
    'counter',
    '{run}',
    ['workflow.name', 'workflow.execution.outcome', 'error.type'],
    'Runs that have ended.',
  ],
  'workflow.execution.active': [
    'up-down counter',
    '{run}',
    ['workflow.name'],
    'Runs that go on in this process, those that wait included.',
  ],
  'workflow.task.duration': [
    'histogram',
    's',
    ['workflow.name', 'workflow.task.name', 'workflow.task.state', 'error.type'],
    'How long a task took from when it was queued until it ended, with all attempts and waits. Not told of tasks that were never queued.',
  ],
  'workflow.task.completed': [
    'counter',
    '{task}',
    ['workflow.name', 'workflow.task.name', 'workflow.task.state', 'error.type'],
    'Tasks that have ended, however they did.',
  ],
  'workflow.task.active': [
    'up-down counter',
    '{task}',
    ['workflow.name'],
    'Tasks that are queued, run, wait or are between two attempts. What another process had begun counts from when something first happens to it here.',
  ],
  'workflow.task.attempt.duration': [
    'histogram',
    's',
    ['workflow.name', 'workflow.task.name', 'workflow.task.attempt.outcome', 'error.type'],
    'How long an attempt of a task, or of an item, took.',
  ],
  'workflow.task.queue.duration': [
    'histogram',
    's',
    ['workflow.name', 'workflow.task.name'],
    'How long a task was queued before it, or its next attempt, started.',
  ],
  'workflow.task.retries': [
    'counter',
    '{retry}',
    ['workflow.name', 'workflow.task.name', 'error.type'],
    'Attempts that failed and are followed by another one; `error.type` is missing where a recovery rule wants it.',
  ],
  'workflow.task.sla_missed': [
    'counter',
    '{task}',
    ['workflow.name', 'workflow.task.name'],
    'Tasks that took longer than their SLA says.',
  ],
  'workflow.task.compensations': [
    'counter',
    '{compensation}',
    ['workflow.name', 'workflow.task.name', 'workflow.compensation.outcome', 'error.type'],
    'What tasks, or items, had done and was undone, or could not be after the last attempt.',
  ],
  'workflow.breaker.state': [
    'observable gauge',
    '1',
    ['workflow.breaker.name'],
    'The state of a breaker: 0 closed, 1 half-open, 2 open.',
  ],
  'workflow.pool.used': [
    'observable gauge',
    '{slot}',
    ['workflow.pool.name'],
    'Slots of a pool that are held.',
  ],
  'workflow.pool.limit': [
    'observable gauge',
    '{slot}',
    ['workflow.pool.name'],
    'Slots that a pool has. Not told of pools without a limit.',
  ],
  'workflow.pool.waiting': [
    'observable gauge',
    '{request}',
    ['workflow.pool.name'],
    'Tasks and items that wait for a pool.',
  ],
} as const;

/** What the attributes of metrics say. */
export const METRIC_ATTRIBUTES = {
  'workflow.name': "The workflow's ID.",
  'workflow.task.name': "The task's ID.",
  'workflow.execution.outcome': '`success`, `partial` (failed, but tasks succeeded), `failed`, `cancelled`.',
  'workflow.task.state':
    'How a task ended: `succeeded`, `failed`, `skipped`, `upstream_failed`, `cancelled`.',
  'workflow.task.attempt.outcome':
    'How an attempt ended: `succeeded`, `failed`, or `cancelled`, where its task ended before it.',
  'workflow.compensation.outcome': '`succeeded`, `failed`.',
  'workflow.breaker.name': "The breaker's name.",
  'workflow.pool.name': "The pool's name.",
  'error.type': 'Why it failed, as on spans. Missing where it did not.',
} as const;

type MetricAttribute = keyof typeof METRIC_ATTRIBUTES;

type Instrument = 'histogram' | 'counter' | 'up-down counter' | 'observable gauge';

export type MetricName = NameIn<
  typeof METRICS,
  [instrument: Instrument, unit: string, attributes: readonly MetricAttribute[], meaning: string]
>;

/** The metrics of one kind of instrument. */
export type MetricOf<Made extends Instrument> = {
  [Name in MetricName]: (typeof METRICS)[Name][0] extends Made ? Name : never;
}[MetricName];

/** What can be said with a metric. */
export type Labels<Name extends MetricName> = {
  readonly [Attribute in (typeof METRICS)[Name][2][number]]?: string;
};

/** Upper bounds of a histogram's buckets, in seconds: from a millisecond to a day. */
export const BUCKETS: readonly number[] = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 43_200, 86_400,
];

/**
 * So many distinct values of each attribute are told apart in a process; what comes after them is `_OTHER`. Tasks are counted
 * over all workflows, pools and breakers each by themselves.
 */
export const LIMITS: { readonly [Attribute in MetricAttribute]?: number } = {
  'workflow.name': 200,
  'workflow.task.name': 1_000,
  'error.type': 100,
  'workflow.breaker.name': 100,
  'workflow.pool.name': 100,
};
