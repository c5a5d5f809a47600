import { stripVTControlCharacters } from 'node:util';
import { type LogLevel, type RunEvent, toLogSink } from '@wf-sdk/core';
import { toJsonText } from './event-json.ts';
import { formatDuration, headline } from './format.ts';
import type { Reporter } from './reporter.ts';

/** How a run is shown on standard error: for people, or for programs that gather logs. */
export type LogFormat = 'pretty' | 'json';

const GRAVITY: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Whether a line is less grave than wanted. @param wanted @default every line is wanted */
export function isLess(level: LogLevel, wanted: LogLevel = 'debug'): boolean {
  return GRAVITY[level] < GRAVITY[wanted];
}

/** A line of a log as JSON: when, how grave, what; and more, of which nothing is lost that has one of these names. */
export function logText(at: number, level: LogLevel, message: string, more: object = {}): string {
  const line: Record<string, unknown> = {
    time: new Date(at).toISOString(),
    level,
    msg: stripVTControlCharacters(message),
  };
  for (const [key, value] of Object.entries(more))
    line[Object.hasOwn(line, key) ? `fields.${key}` : key] = value;
  return toJsonText(line);
}

/** What tasks log, and how the run fares, each as one line of JSON: the log of a service rather than a picture. */
export function createLogReporter(write: (line: string) => void, level?: LogLevel): Reporter {
  let now = 0;
  const say = (grave: LogLevel, message: string, more: object): void => {
    if (!isLess(grave, level)) write(logText(now, grave, message, more));
  };
  const as =
    (grave: LogLevel) =>
    (fields: object, message: string): void =>
      say(grave, message, fields);
  const sink = toLogSink({ debug: as('debug'), info: as('info'), warn: as('warn'), error: as('error') });
  return {
    observe(event) {
      now = event.at;
      sink(event);
      const fact = factOf(event);
      if (fact === undefined) return;
      const { run, type } = event;
      const place = 'task' in event ? { run, task: event.task } : { run };
      say(fact.level, fact.message, { ...place, event: type, ...fact.more });
    },
    end: () => undefined,
  };
}

/** What is worth a line in a log. */
interface Fact {
  readonly level: LogLevel;
  readonly message: string;
  readonly more?: object;
}

function factOf(event: RunEvent): Fact | undefined {
  switch (event.type) {
    case 'run.pending':
      return { level: 'info', message: 'run waits for its turn', more: { runs: event.runs } };
    case 'run.started':
      return {
        level: 'info',
        message: 'run started',
        more: { workflow: event.workflow, version: event.version },
      };
    case 'run.resumed':
      return { level: 'info', message: 'run goes on' };
    case 'run.retried':
      return { level: 'info', message: 'run is retried', more: { tasks: event.tasks } };
    case 'attempt.failed': {
      const { attempt, item, error, retryInMs } = event;
      if (retryInMs === undefined) return undefined;
      const message = `attempt ${attempt} failed, next in ${formatDuration(retryInMs)}: ${headline(error)}`;
      return { level: 'warn', message, more: { attempt, ...(item !== undefined && { item }), error } };
    }
    case 'compensation.failed': {
      const { attempt, error } = event;
      return { level: 'error', message: `undoing failed: ${headline(error)}`, more: { attempt, error } };
    }
    case 'task.waiting':
      return { level: 'info', message: `task waits for ${event.signal ?? event.for}` };
    case 'task.sla_missed':
      return { level: 'warn', message: `task takes longer than its sla of ${formatDuration(event.slaMs)}` };
    case 'task.failed':
      return {
        level: 'error',
        message: `task failed: ${headline(event.error)}`,
        more: { error: event.error },
      };
    case 'breaker.changed': {
      const { breaker, state } = event;
      return { level: state === 'closed' ? 'info' : 'warn', message: `breaker ${breaker} is ${state}` };
    }
    case 'run.waiting':
      return { level: 'info', message: 'run waits', more: { tasks: event.tasks } };
    case 'run.cancelling':
      return {
        level: 'warn',
        message: `run is cancelled${event.reason === undefined ? '' : `: ${headline(event.reason)}`}`,
      };
    case 'run.finished': {
      const { state, succeeded, total, error } = event;
      const more = { state, succeeded, total, ...(error !== undefined && { error }) };
      const why = error === undefined ? '' : `: ${headline(error)}`;
      const level = state === 'succeeded' ? 'info' : 'error';
      return { level, message: `run ${state}, ${succeeded} of ${total} tasks succeeded${why}`, more };
    }
    case 'task.log':
    case 'task.queued':
    case 'attempt.started':
    case 'attempt.late':
    case 'task.fanned_out':
    case 'item.succeeded':
    case 'item.failed':
    case 'task.recovering':
    case 'task.decided':
    case 'task.succeeded':
    case 'task.upstream_failed':
    case 'task.skipped':
    case 'task.cancelled':
    case 'compensation.started':
    case 'compensation.succeeded':
    case 'run.signalled':
    case 'run.told':
      return undefined;
  }
}
