import { resultChecks } from './result.ts';
import { structureChecks } from './structure.ts';
import { planOf, resultOf } from './subject.ts';
import type { Check, Verdict } from './verdict.ts';

/** What a test runner says of the assertion, as `this`. */
export interface MatcherState {
  readonly isNot?: boolean;
}

/** A function for `expect.extend`: looks at what `expect` was given, and at the assertion's arguments. */
export type Matcher = (this: MatcherState, received: unknown, ...args: readonly unknown[]) => Verdict;

type MatcherName = keyof typeof structureChecks | keyof typeof resultChecks;

function toMatchers<Subject, Name extends string>(
  subjectOf: (received: unknown) => Subject,
  checks: Readonly<Record<Name, Check<Subject>>>,
): Readonly<Record<Name, Matcher>> {
  const entries = Object.entries<Check<Subject>>(checks).map(([name, check]): [string, Matcher] => [
    name,
    // The cast: a check looks at its arguments itself, as those of untyped code.
    function (received, ...args) {
      return check(subjectOf(received), this.isNot === true, ...(args as never[]));
    },
  ]);
  return Object.fromEntries(entries) as Record<Name, Matcher>;
}

/**
 * Every assertion on workflows and results in the form that the `expect.extend` of jest and its like takes:
 * `expect.extend(matchers)`. For vitest `import 'wf-sdk/testing/vitest'` does that, types included.
 */
export const matchers: Readonly<Record<MatcherName, Matcher>> = {
  ...toMatchers(planOf, structureChecks),
  ...toMatchers(resultOf, resultChecks),
};
