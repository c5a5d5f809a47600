import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isThenable } from '../lib/thenable.ts';
import { ValidationError } from './error.ts';

/**
 * A schema of any library that implements Standard Schema (zod 4, valibot, arktype, …).
 * `In` is what the schema accepts, `Out` what it gives: they differ under defaults and transforms.
 *
 * Source: https://standardschema.dev
 */
export type Schema<In = unknown, Out = In> = StandardSchemaV1<In, Out>;

/** Whether a value can be used as a schema. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  const standard = (value as Partial<Schema>)['~standard'];
  return typeof standard?.validate === 'function';
}

/**
 * Gives what the schema makes of a value: at once, or a promise where the schema works asynchronously.
 *
 * @param subject Whose value it is, for the message: `the input of workflow 'etl'`.
 * @throws ValidationError when the value does not fit.
 */
export function validate<Out>(
  schema: Schema<unknown, Out>,
  value: unknown,
  subject: string,
  code: ValidationError['code'],
): Out | Promise<Out> {
  const result = schema['~standard'].validate(value);
  return isThenable(result)
    ? Promise.resolve(result).then((settled) => accepted(settled, subject, code))
    : accepted(result, subject, code);
}

function accepted<Out>(
  result: StandardSchemaV1.Result<Out>,
  subject: string,
  code: ValidationError['code'],
): Out {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ path = [], message }) => ({
    path: path.map((segment) => (typeof segment === 'object' ? segment.key : segment)),
    message,
  }));
  throw new ValidationError(subject, code, issues);
}
