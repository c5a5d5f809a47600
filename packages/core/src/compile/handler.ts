import { isThenable } from '../lib/thenable.ts';
import type { AttemptContext } from '../model/attempt-context.ts';
import type { Handler, TaskDefinition } from '../model/definition.ts';
import { validate } from '../model/schema.ts';

/** What an attempt of a task calls: its handler, wherever that runs, or another workflow; then its output schema. */
export function plannedHandler(task: TaskDefinition): Handler {
  const { id, output } = task;
  const handler = placedHandler(task);
  if (output === undefined) return handler;
  const check = (value: unknown): unknown =>
    validate(output, value, `the output of task '${id}'`, 'output_invalid');
  return (data, context) => {
    const result = handler(data, context);
    return isThenable(result) ? result.then(check) : check(result);
  };
}

function placedHandler({ child, isolate, handler = missingHandler }: TaskDefinition): Handler {
  if (child !== undefined) return (data, context) => (context as AttemptContext).runChild(child, data);
  if (isolate === undefined) return handler;
  return (data, context) => (context as AttemptContext).dispatch(data);
}

function missingHandler(): never {
  throw new Error('a plan is never made from a definition with a missing handler');
}

/** An arrow function with an empty list of parameters cannot see its arguments; anything else might. */
const BLIND = /^(?:async\s*)?\(\s*\)\s*=>/;

export function readsData({ handler, child }: TaskDefinition): boolean {
  if (handler === undefined) return child?.input !== undefined;
  return handler.length > 0 || !BLIND.test(Function.prototype.toString.call(handler));
}
