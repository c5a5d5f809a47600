import type { LogLevel, Plan, RunEvent } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { toJsonText } from './event-json.ts';
import { formatDuration, headline } from './format.ts';
import { markOf } from './marks.ts';
import type { Reporter } from './reporter.ts';

/** A line for each thing that happens, for logs and pipes: nothing is drawn over. */
export function createLineReporter(plan: Plan, write: (line: string) => void, colours: Colors): Reporter {
  const maxAttempts = new Map(plan.tasks.map(({ id, retry }) => [id, retry?.attempts ?? 1]));
  const startedAt = new Map<string, number>();
  return {
    observe(event) {
      if (event.type === 'attempt.started' && event.attempt === 1) startedAt.set(event.task, event.at);
      const line = eventLine(event, { maxAttempts, startedAt }, colours);
      if (line !== undefined) write(line);
    },
    end: () => undefined,
  };
}

interface Known {
  readonly maxAttempts: ReadonlyMap<string, number>;
  readonly startedAt: ReadonlyMap<string, number>;
}

function eventLine(event: RunEvent, { maxAttempts, startedAt }: Known, colours: Colors): string | undefined {
  switch (event.type) {
    case 'run.started':
      return colours.bold(`${event.workflow} · run ${event.run}`);
    case 'attempt.started': {
      const of = maxAttempts.get(event.task) ?? 1;
      return `${markOf('running', colours)} ${event.task}${event.attempt > 1 ? `  attempt ${event.attempt}/${of}` : ''}`;
    }
    case 'attempt.failed': {
      if (event.retryInMs === undefined) return undefined;
      const attempt = `attempt ${event.attempt}/${maxAttempts.get(event.task) ?? 1}`;
      const wait = `next in ${formatDuration(event.retryInMs)}`;
      return `${markOf('retrying', colours)} ${event.task}  ${attempt} failed, ${wait}: ${headline(event.error)}`;
    }
    case 'task.succeeded':
      return `${markOf('succeeded', colours)} ${event.task}  ${since(startedAt.get(event.task), event.at)}`;
    case 'task.failed': {
      const after = since(startedAt.get(event.task), event.at);
      return `${markOf('failed', colours)} ${event.task}  ${after}  ${headline(event.error)}`;
    }
    case 'task.upstream_failed':
      return `${markOf('upstream_failed', colours)} ${event.task}  not run: ${event.cause} did not succeed`;
    case 'task.cancelled':
      return `${markOf('cancelled', colours)} ${event.task}  cancelled`;
    case 'run.cancelling':
      return colours.yellow(
        `cancelling: ${headline(event.reason)}; running tasks have been told to stop, Ctrl-C again forces`,
      );
    case 'task.log':
      return logLine(event, colours);
    case 'task.queued':
    case 'run.finished':
      return undefined;
  }
}

const LEVELS: Readonly<Record<LogLevel, (colours: Colors, text: string) => string>> = {
  debug: (colours, text) => colours.dim(text),
  info: (_, text) => text,
  warn: (colours, text) => colours.yellow(text),
  error: (colours, text) => colours.red(text),
};

/** What a task said through `ctx.log`. */
export function logLine(event: Extract<RunEvent, { type: 'task.log' }>, colours: Colors): string {
  const fields = event.fields === undefined ? '' : ` ${colours.dim(toJsonText(event.fields))}`;
  const level = event.level === 'info' ? '' : `${event.level}: `;
  return `  ${colours.dim(`${event.task} │`)} ${LEVELS[event.level](colours, level + event.message)}${fields}`;
}

function since(startedAt: number | undefined, at: number): string {
  return startedAt === undefined ? '' : formatDuration(at - startedAt);
}
