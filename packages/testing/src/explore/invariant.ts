import { TestKitError } from '../run/test-kit-error.ts';
import { DrivenRun } from '../run/driven-run.ts';
import type { LooseOptions } from '../run/loose-options.ts';
import type { TestResult } from '../run/test-handle.ts';

/** A run, and what is wrong with it. */
export interface Examined {
  /** Absent where the run was given up. */
  readonly result: TestResult | undefined;
  readonly fault: Fault | undefined;
}

/** What the invariant threw; or why the run was given up. */
interface Fault {
  readonly thrown: unknown;
}

/**
 * Makes a run and looks at it.
 *
 * @throws TestKitError, OptionError, DefinitionError for options of which no run can be made.
 */
export async function examine(
  workflow: unknown,
  options: LooseOptions,
  invariant: (result: TestResult) => unknown,
): Promise<Examined> {
  const run = new DrivenRun(workflow, options);
  let result: TestResult | undefined;
  try {
    result = await run.result;
    const said = await invariant(result);
    return { result, fault: said === false ? { thrown: new TestKitError('it gave false') } : undefined };
  } catch (thrown) {
    return { result, fault: { thrown } };
  }
}
