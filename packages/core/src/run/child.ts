import { compile } from '../compile/compile.ts';
import type { Attempt } from '../execute/attempt.ts';
import type { ChildWorkflow } from '../model/definition.ts';
import { RecursionError } from '../model/error.ts';
import { childIdOf } from './child-id.ts';
import { Handle } from './handle.ts';

/**
 * Begins the run of a workflow that a task of another run runs: on its clock, under its signal, heard by its observers.
 *
 * @param left The ID of one that is kept, to be gone on with under the input that it has.
 * @throws RecursionError, DefinitionError, or whatever the function throws that makes the input.
 */
export function beginChild(
  parent: Handle,
  attempt: Attempt,
  child: ChildWorkflow,
  data: never,
  left?: string,
): Handle {
  const { settings } = parent;
  const workflow = typeof child.workflow === 'function' ? child.workflow() : child.workflow;
  const plan = compile(workflow);
  const depth = settings.depth + 1;
  const { planned, item, attempt: number } = attempt;
  if (depth > settings.maxDepth) throw new RecursionError(planned.id, plan.id, depth);
  const place = { task: planned.id, item: item?.index, attempt: number, retries: parent.retries };
  const task = { run: parent.id, task: planned.id, attempt: number };
  return new Handle(
    plan,
    left === undefined ? child.input?.(data) : undefined,
    {
      ...settings,
      id: left ?? childIdOf(parent.id, place),
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
      resumes: left !== undefined,
      ifExists: 'resume',
      ifFull: 'wait',
      hasTurnAbove: settings.hasTurnAbove || parent.hasTurn,
      retries: undefined,
    },
    beginChild,
  );
}
