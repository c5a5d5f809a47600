import { compile } from '../compile/compile.ts';
import type { Attempt } from '../execute/attempt.ts';
import type { ChildWorkflow } from '../model/definition.ts';
import { RecursionError } from '../model/error.ts';
import { Handle } from './handle.ts';

/**
 * Begins the run of a workflow that a task of another run runs: on its clock, under its signal, heard by its observers.
 * Its ID is made from its parent's, so that it is the same whenever that attempt is made, and by signs that no task's ID
 * has, so that no two are the same.
 *
 * @throws RecursionError, DefinitionError, or whatever the function throws that makes the input.
 */
export function beginChild(parent: Handle, attempt: Attempt, child: ChildWorkflow, data: never): Handle {
  const { settings } = parent;
  const workflow = typeof child.workflow === 'function' ? child.workflow() : child.workflow;
  const plan = compile(workflow);
  const depth = settings.depth + 1;
  const { planned, item, attempt: number } = attempt;
  if (depth > settings.maxDepth) throw new RecursionError(planned.id, plan.id, depth);
  const place = item === undefined ? '' : `[${item.index}]`;
  // Attempts are counted anew in a run that is retried: what a task ran before that has ended.
  const again = parent.retries > 0 ? `~${number}.${parent.retries}` : number > 1 ? `~${number}` : '';
  const id = `${parent.id}~${planned.id}${place}${again}`;
  const task = { run: parent.id, task: planned.id, attempt: number };
  return new Handle(
    plan,
    child.input?.(data),
    {
      ...settings,
      id,
      depth,
      endsBy: parent.waits.endsBy(planned.index),
      onWait: (until) => parent.waits.tellChild(attempt, until),
      root: settings.root ?? parent.id,
      parent: item === undefined ? task : { ...task, item: item.index },
      signal: attempt.signal,
      observers: parent.audience.isThere ? [(event) => parent.audience.hear(event)] : [],
      timeoutMs: undefined,
      source: undefined,
      above: parent.secrets,
      traceparent: undefined,
      within: parent.tracing?.contextOf(attempt),
      resumes: false,
      ifExists: 'resume',
      ifFull: 'wait',
      hasTurnAbove: settings.hasTurnAbove || parent.hasTurn,
      retries: undefined,
    },
    beginChild,
  );
}
