import { ValidationError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import { validate } from '../model/schema.ts';

/** Checks a run's input, at once where its schema does so. One that throws does not let the run begin either. */
export function checkInput(
  { id, definition: { input: schema } }: Plan,
  input: unknown,
  accept: (checked: unknown) => void,
  refuse: (error: ValidationError) => void,
): void {
  if (schema === undefined) return accept(input);
  const subject = `the input of workflow '${id}'`;
  const refused = (error: unknown): void => {
    const issues = [{ path: [], message: `the schema threw: ${String(error)}` }];
    refuse(error instanceof ValidationError ? error : new ValidationError(subject, 'input_invalid', issues));
  };
  let checked: unknown;
  try {
    checked = validate(schema, input, subject, 'input_invalid');
  } catch (error) {
    return refused(error);
  }
  if (!(checked instanceof Promise)) return accept(checked);
  checked.then(accept, refused);
}
