import { isThenable } from '../lib/thenable.ts';
import type { Handler, TaskDefinition } from '../model/definition.ts';
import { validate } from '../model/schema.ts';

/** A task's handler, and after it its output schema if it has one. */
export function checkedHandler({ id, handler = missingHandler, output }: TaskDefinition): Handler {
  if (output === undefined) return handler;
  const check = (value: unknown): unknown => validate(output, value, `the output of task '${id}'`, 'output_invalid');
  return (data, context) => {
    const result = handler(data, context);
    return isThenable(result) ? result.then(check) : check(result);
  };
}

function missingHandler(): never {
  throw new Error('a plan is never made from a definition with a missing handler');
}
