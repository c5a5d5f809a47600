import type { BreakerState, LogFields, LogLevel, RunEvent } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { toJsonText } from './event-json.ts';
import { count, formatDuration, headline, named } from './format.ts';
import { markOf } from './marks.ts';
import { saidPhrase } from './phrases.ts';
import { printable } from './printable.ts';
import { nameOf } from './run-view.ts';
import type { TaskView } from './task-view.ts';

type Notice =
  | 'task.log'
  | 'task.recovering'
  | 'task.sla_missed'
  | 'breaker.changed'
  | 'run.pending'
  | 'run.told'
  | 'run.signalled';

/** What a line needs of the run that an event is about. */
interface Place {
  readonly prefix: string;
  /** @default nothing is known of its tasks */
  task?(id: string): Pick<TaskView, 'error'>;
}

/** A line for what is worth a word and is no state of a task: the live picture does not show it. */
export function noticeLine(event: RunEvent, run: Place, colours: Colors): string | undefined {
  if (!isNotice(event)) return undefined;
  const warning = (text: string): string => `${markOf('warning', colours)} ${colours.yellow(text)}`;
  switch (event.type) {
    case 'task.log':
      return logLine(event, run, colours);
    case 'task.recovering':
      return recoveringLine(event, run, colours);
    case 'task.sla_missed':
      return warning(
        `${run.prefix}${event.task} takes longer than its sla of ${formatDuration(event.slaMs)}`,
      );
    case 'breaker.changed': {
      const text = `breaker ${event.breaker} is ${STATES[event.state]}`;
      return event.state === 'closed' ? `${markOf('succeeded', colours)} ${text}` : warning(text);
    }
    case 'run.signalled': {
      const from = event.by === undefined ? '' : ` from ${event.by}`;
      return colours.dim(`  ${run.prefix}signal ${event.name} │ ${toJsonText(event.value)}${from}`);
    }
    case 'run.pending': {
      const most = `${count(event.limit, 'run')} of ${event.workflow} may be active at once`;
      const are = event.runs.length === 1 ? 'there is' : 'there are';
      return `${markOf('waiting', colours)} ${run.prefix}run ${event.run} waits for its turn: ${most}, and ${are} ${named(event.runs)}`;
    }
    case 'run.told': {
      const who = event.by ?? 'somebody';
      const said = saidPhrase(event);
      return event.refused === undefined
        ? colours.dim(`  ${run.prefix}${who} │ ${said}`)
        : warning(`${who} said ${said}, which cannot be done: ${event.refused}`);
    }
  }
}

function isNotice(event: RunEvent): event is Extract<RunEvent, { readonly type: Notice }> {
  return NOTICES.has(event.type);
}

const NOTICES: ReadonlySet<RunEvent['type']> = new Set<Notice>([
  'task.log',
  'task.recovering',
  'task.sla_missed',
  'breaker.changed',
  'run.pending',
  'run.told',
  'run.signalled',
]);

/** Only of a further attempt: what else a rule can do is told by what becomes of the task. */
function recoveringLine(
  { task, rule, action, retryInMs }: Extract<RunEvent, { type: 'task.recovering' }>,
  run: Place,
  colours: Colors,
): string | undefined {
  if (retryInMs === undefined) return undefined;
  const after = action === 'run_then_retry' ? 'has repaired, ' : '';
  const error = headline(run.task?.(task).error);
  return `${markOf('retrying', colours)} ${run.prefix}${task}  failed, recovery rule ${rule + 1}: ${after}next in ${formatDuration(retryInMs)}: ${error}`;
}

const STATES: Readonly<Record<BreakerState, string>> = {
  closed: 'closed again',
  open: 'open: calls are held back',
  half_open: 'half open: one call is let through to see',
};

const LEVELS: Readonly<Record<LogLevel, (colours: Colors, text: string) => string>> = {
  debug: (colours, text) => colours.dim(text),
  info: (_, text) => text,
  warn: (colours, text) => colours.yellow(text),
  error: (colours, text) => colours.red(text),
};

/** What a task said through `ctx.log`. */
function logLine(
  { task, item, level, message, fields }: Extract<RunEvent, { type: 'task.log' }>,
  { prefix }: Place,
  colours: Colors,
): string {
  const more = fields === undefined || isPrinted(fields) ? '' : ` ${colours.dim(toJsonText(fields))}`;
  const name = `${prefix}${nameOf(task, item)}`;
  const margin = `  ${' '.repeat(name.length)} ${colours.dim('│')} `;
  const said = printable(`${level === 'info' ? '' : `${level}: `}${message}`, margin);
  return `  ${colours.dim(`${name} │`)} ${LEVELS[level](colours, said)}${more}`;
}

/** A line that a command has printed has a field that says where to: the same behind each line would only be in the way. */
function isPrinted(fields: LogFields): boolean {
  const [key, ...others] = Object.keys(fields);
  return key === 'stream' && others.length === 0 && ['stdout', 'stderr'].includes(String(fields[key]));
}
