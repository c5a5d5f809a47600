import type { TaskContext } from '@wf-sdk/core';
import type { Environment } from './command.ts';

/**
 * The environment of a child process: this process's, the names of the run and the attempt, the span it belongs to, and
 * then what the task says.
 */
export function environmentOf(
  context: TaskContext<never>,
  ofTask: Environment | undefined,
  ofCall: Environment | undefined,
): Record<string, string> {
  const { run, task, attempt, idempotencyKey } = context;
  const names = {
    WF_RUN_ID: run.id,
    WF_TASK_ID: task.id,
    WF_ATTEMPT: String(attempt),
    WF_IDEMPOTENCY_KEY: idempotencyKey,
  };
  const all: Environment = { ...process.env, ...names, ...traceOf(context), ...ofTask, ...ofCall };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The span that this process was started from is not the one that the child belongs to: it is not handed on. */
function traceOf({ traceparent, span }: TaskContext<never>): Environment {
  const { traceState } = span.spanContext();
  const TRACESTATE = traceparent === undefined ? '' : (traceState?.serialize() ?? '');
  return { TRACEPARENT: traceparent, TRACESTATE: TRACESTATE === '' ? undefined : TRACESTATE };
}
