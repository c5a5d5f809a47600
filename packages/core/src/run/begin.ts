import { areBreakersLoaded, loadBreakers } from '../execute/breakers.ts';
import { ValidationError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import { validate } from '../model/schema.ts';
import type { History } from '../record/history.ts';
import type { Runtime } from '../runtime/runtime.ts';

/**
 * Begins a run that is open: once its input is checked, and what only some runs need is loaded. In the same turn, where there
 * is nothing to wait for.
 */
export function begin(runtime: Runtime, input: unknown, history?: History): void {
  if (runtime.plan.definition.input === undefined) return beginLoaded(runtime, input, history);
  checkInput(
    runtime.plan,
    input,
    (checked) => beginLoaded(runtime, checked, history),
    (error) => runtime.fail(error),
  );
}

function beginLoaded(runtime: Runtime, input: unknown, history: History | undefined): void {
  if (runtime.plan.needs.breakers.length === 0 || areBreakersLoaded()) return runtime.begin(input, history);
  loadBreakers().then(
    () => runtime.begin(input, history),
    (error: unknown) => runtime.cancel(error),
  );
}

/** Checks a run's input, at once where its schema does so. One that throws does not let the run begin either. */
function checkInput(
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
