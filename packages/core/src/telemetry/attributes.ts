import type { AttributeValue } from '@opentelemetry/api';

/*
 * What spans and metrics are called, and what it means: the source of docs/telemetry.md. Nothing is emitted that is not here.
 *
 * The names are those of the OpenTelemetry proposal for workflows as far as it goes (semantic-conventions issue 1688, pull request
 * 2387): what it calls an execution of a workflow is called a run everywhere else.
 */

/** Span names: each is followed by the ID of the workflow or of the task, which the definition knows beforehand. */
export const SPANS = {
  'workflow.run':
    'One run in one process, from its start to its end. The root of a trace, or a child of what called it; a run below another is a child of the attempt that runs it.',
  'workflow.start':
    'Nothing but the fact that a run has begun, or goes on: exported at once, while a run is exported at its end.',
  'workflow.task':
    'One task, from when it is queued until it has ended. Linked to all tasks it depends on. Its handler runs in it, unless one below fits better.',
  'workflow.attempt':
    'One attempt of a task, or of an item, that may have more than one; its handler runs in it.',
  'workflow.item': 'One item of a fanned-out task; its handler runs in it.',
  'workflow.compensate': 'What a task, or an item, has done is undone: one attempt of that.',
} as const;

/** Which spans have an attribute (`start`: of `workflow.start`), its type, and what it says. */
export const ATTRIBUTES = {
  'workflow.name': ['all', 'string', "The workflow's ID."],
  'workflow.version': ['run, start', 'string', "The workflow's version."],
  'workflow.execution.id': ['all', 'string', "The run's ID."],
  'workflow.execution.parent.id': ['run, start', 'string', 'The run above this one.'],
  'workflow.execution.tasks': ['run, start', 'int', 'How many tasks the workflow has.'],
  'workflow.execution.tasks.succeeded': ['run', 'int', 'How many of them succeeded.'],
  'workflow.execution.resumed': [
    'run, start',
    'boolean',
    'Another process had the run before. A link leads to the span of the last one.',
  ],
  'workflow.execution.state': [
    'run',
    'string',
    '`succeeded`, `failed`, `cancelled`; `running` where this process left the run before its end.',
  ],
  'workflow.execution.outcome': [
    'run',
    'string',
    '`success`, `partial` (failed, but tasks succeeded), `failed`, `cancelled`.',
  ],
  'workflow.task.name': ['task, attempt, item, compensate', 'string', "The task's ID."],
  'workflow.task.state': [
    'task, item',
    'string',
    'How it ended: `succeeded`, `failed`, `skipped`, `upstream_failed`, `cancelled`; or where it was when this process left the run: `queued`, `running`, `retrying`, `waiting`.',
  ],
  'workflow.task.attempt': ['attempt, compensate', 'int', 'Which attempt, from 1.'],
  'workflow.task.attempts': ['task, item', 'int', 'How many attempts this process has made of it.'],
  'workflow.task.item': ['item, attempt, compensate', 'int', 'Which item, from 0.'],
  'workflow.task.items': ['task', 'int', 'How many items a fanned-out task has, where its source says so.'],
  'workflow.task.output.by': [
    'task, item',
    'string',
    'What gave the output instead of the handler: `fallback`, `recovery`, `approval`, `cache`, `timeout`.',
  ],
  'workflow.task.skip.reason': [
    'task',
    'string',
    '`condition`, `branch`, `dependency`, `fallback`, `recovery`, `intervention`, `timeout`.',
  ],
  'workflow.task.cause': [
    'task',
    'string',
    'The dependency because of which a task was skipped or could not run.',
  ],
  'workflow.task.queue.duration': [
    'task, attempt',
    'double',
    'How long it was queued before it started, in seconds.',
  ],
  'code.function.name': ['task', 'string', "The name of the task's handler, where it has one."],
  'code.file.path': [
    'task',
    'string',
    'The file in which the task was added to its workflow, where a provider was registered before.',
  ],
  'code.line.number': ['task', 'int', 'The line in it.'],
  'error.type': [
    'run, task, attempt, item, compensate',
    'string',
    "Why it failed: the error's code (`timeout`, `ECONNREFUSED`), else the name of its class.",
  ],
} as const;

export type AttributeName = NameIn<typeof ATTRIBUTES, [on: string, type: string, meaning: string]>;
export type Attributes = { [Name in AttributeName]?: AttributeValue };

/** Span events: on which span, the attributes, and what happened. Beside them there is OpenTelemetry's own `exception`. */
export const SPAN_EVENTS = {
  'workflow.task.retry': [
    'task, item',
    'attempt, delay_s, error.type, reason',
    'An attempt failed, and another one follows after the delay.',
  ],
  'workflow.task.recovery': [
    'task',
    'rule, action, delay_s',
    'A recovery rule matched after the last attempt.',
  ],
  'workflow.task.fallback': ['task', '', 'A fallback gave the output.'],
  'workflow.task.waiting': [
    'task',
    'for, until, signal, message',
    'It waits for a timer, a breaker, an approval or a signal.',
  ],
  'workflow.task.decided': ['task', 'decision', 'A person has decided about it.'],
  'workflow.task.signal': ['task', 'number, by', 'It has taken a signal.'],
  'workflow.task.sla_missed': [
    'task, run',
    'task, sla_s',
    'A task has not ended in the time that its SLA says; told on the run where the task has not begun.',
  ],
  'workflow.task.late': ['task', 'attempt, item', 'It succeeded after it was cancelled; that is undone.'],
  'workflow.cancelling': ['run', 'reason, wholly', 'The run is being cancelled, or fails as a whole.'],
  'workflow.compensation': [
    'run',
    'task, item, attempt, state',
    'What a task has done is being undone, is undone, or cannot be.',
  ],
  'workflow.signal': ['run', 'name, number, by', 'A signal was sent into the run.'],
  'workflow.told': [
    'run',
    'what, about, by, refused',
    'Somebody has told the run something from another process: to cancel, a decision.',
  ],
  'workflow.waiting': ['run', 'tasks, until', 'Everything that is left waits.'],
  'workflow.breaker': ['run', 'breaker, state', 'A breaker that the run uses opened, half-opened or closed.'],
  'workflow.retried': ['run', 'tasks', 'The run had ended and is retried: so many of its tasks begin anew.'],
} as const;

export type SpanEventName = NameIn<typeof SPAN_EVENTS, [on: string, attributes: string, meaning: string]>;

/** The names in a table, which has to have these columns. */
export type NameIn<
  Table extends Readonly<Record<string, Readonly<Columns>>>,
  Columns extends readonly unknown[],
> = keyof Table & string;
