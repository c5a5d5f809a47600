import { isThenable } from '../lib/thenable.ts';
import type { Handler, TaskDefinition } from '../model/definition.ts';
import { validate } from '../model/schema.ts';

/** A task's handler, and after it its output schema if it has one. */
export function checkedHandler({ id, handler = missingHandler, output }: TaskDefinition): Handler {
  if (output === undefined) return handler;
  const check = (value: unknown): unknown =>
    validate(output, value, `the output of task '${id}'`, 'output_invalid');
  return (data, context) => {
    const result = handler(data, context);
    return isThenable(result) ? result.then(check) : check(result);
  };
}

function missingHandler(): never {
  throw new Error('a plan is never made from a definition with a missing handler');
}

/** An arrow function with an empty list of parameters cannot see its arguments; anything else might. */
const BLIND = /^(?:async\s*)?\(\s*\)\s*=>/;

export function readsData(handler: Handler | undefined): boolean {
  return (
    handler === undefined || handler.length > 0 || !BLIND.test(Function.prototype.toString.call(handler))
  );
}
