import type { Check, Verdict } from './verdict.ts';

/** An assertion that does not hold. Test runners know it by its name. */
class AssertionError extends Error {
  override readonly name = 'AssertionError';

  /** @param caller the function below which the stack begins: the test's line is then the first. */
  constructor({ message, ...values }: Verdict, caller: (...args: never[]) => void) {
    super(message());
    if ('expected' in values) Object.assign(this, { actual: values.actual, expected: values.expected });
    Error.captureStackTrace(this, caller);
  }
}

type Assertion = (...args: never[]) => void;
type Assertions = Readonly<Record<string, Assertion>>;

/** The checks of a subject as methods that throw where they do not hold; `not` has the same, the other way round. */
export function createExpectation<Subject>(
  subject: Subject,
  checks: Readonly<Record<string, Check<Subject>>>,
): Assertions & { readonly not: Assertions } {
  const assertions = (negated: boolean): Assertions =>
    Object.fromEntries(
      Object.entries(checks).map(([name, check]) => {
        const assertion: Assertion = (...args) => {
          const verdict = check(subject, negated, ...args);
          if (verdict.pass === negated) throw new AssertionError(verdict, assertion);
        };
        return [name, assertion];
      }),
    );
  return { ...assertions(false), not: assertions(true) } as Assertions & { readonly not: Assertions };
}
