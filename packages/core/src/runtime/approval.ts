import type { TaskDefinition } from '../model/definition.ts';
import { validate } from '../model/schema.ts';

/**
 * What a person puts in the place of a task's output, checked by its output schema. In a fan-out that is for one item,
 * and the value stands for all of them: it is taken as it is.
 *
 * @throws ValidationError where it does not fit; as a rejection, where the schema works asynchronously.
 */
export function checkedApproval({ id, output, fanOut }: TaskDefinition, value: unknown): unknown {
  if (output === undefined || fanOut !== undefined) return value;
  return validate(output, value, `what task '${id}' was approved with`, 'output_invalid');
}
