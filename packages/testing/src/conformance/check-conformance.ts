import type { Conformance, ConformanceSubject } from './conformance.ts';

/** Which rules an implementation of a port keeps. */
export interface ConformanceReport {
  readonly port: string;
  /** The names of the cases that passed. */
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: Error }[];
}

/**
 * Runs every case of a suite, one after the other, where there is no test runner to do it.
 *
 * @param make Gives a new subject for each case.
 */
export async function checkConformance<S extends ConformanceSubject>(
  suite: Conformance<S>,
  make: () => S | Promise<S>,
): Promise<ConformanceReport> {
  const passed: string[] = [];
  const failed: { readonly name: string; readonly error: Error }[] = [];
  for (const { name, run } of suite.cases) {
    try {
      await run(make);
      passed.push(name);
    } catch (thrown) {
      failed.push({ name, error: thrown instanceof Error ? thrown : new Error(String(thrown)) });
    }
  }
  return { port: suite.port, passed, failed };
}
