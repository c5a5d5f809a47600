import { within } from '../clock/real-time.ts';
import { ConformanceError } from './conformance-error.ts';

/** One implementation of a port, made for one case, and what the case needs beside it. */
export interface ConformanceSubject {
  /** Gives back what it took. Called when the case has ended, however it did. */
  readonly dispose?: () => void | Promise<void>;
}

/** One rule of a port, with what checks it. */
export interface ConformanceCase<S extends ConformanceSubject> {
  readonly name: string;
  /** The rule, and where it is written. */
  readonly why: string;
  /**
   * Checks a subject that is made for this case alone.
   *
   * @param make Gives a new subject each time it is called. Most cases call it once.
   * @throws ConformanceError where the rule is broken.
   */
  readonly run: (make: () => S | Promise<S>) => Promise<void>;
}

/**
 * What every implementation of a port has to do, as data: each case is a test for whatever runs your tests.
 *
 * ```ts
 * import { test } from 'node:test';
 * import { systemClock } from 'wf-sdk';
 * import { clockConformance, inRealTime } from 'wf-sdk/testing';
 *
 * for (const { name, run } of clockConformance.cases) test(name, () => run(() => inRealTime(systemClock)));
 * ```
 */
export interface Conformance<S extends ConformanceSubject> {
  /** The port's name: `Clock`. */
  readonly port: string;
  readonly cases: readonly ConformanceCase<S>[];
}

/** One rule of a port, as the suites write it. */
export interface Rule<S extends ConformanceSubject> {
  readonly name: string;
  readonly why: string;
  /** @param another Makes one more subject, where two have to be compared. */
  readonly check: (subject: S, another: () => Promise<S>) => void | Promise<void>;
}

/** A case that takes longer, in real time, will never end. */
const LIMIT_MS = 30_000;

export function defineConformance<S extends ConformanceSubject>(
  port: string,
  rules: readonly Rule<S>[],
): Conformance<S> {
  const cases = rules.map((rule) =>
    Object.freeze({
      name: rule.name,
      why: rule.why,
      run: (make: () => S | Promise<S>) => runCase(port, rule, make),
    }),
  );
  return Object.freeze({ port, cases: Object.freeze(cases) });
}

async function runCase<S extends ConformanceSubject>(
  port: string,
  rule: Rule<S>,
  make: () => S | Promise<S>,
): Promise<void> {
  const made: S[] = [];
  const another = async (): Promise<S> => {
    const subject = await make();
    made.push(subject);
    return subject;
  };
  // An error of whoever makes the subjects says nothing about the port: it passes as it is.
  const subject = await another();
  let broken: ConformanceError | undefined;
  try {
    await inTime((async () => rule.check(subject, another))());
  } catch (cause) {
    broken = new ConformanceError(port, rule, cause);
  }
  try {
    for (const { dispose } of made) await dispose?.();
  } catch (error) {
    broken ??= new ConformanceError(port, rule, new Error(`dispose() threw: ${String(error)}`));
  }
  if (broken !== undefined) throw broken;
}

async function inTime(check: Promise<void>): Promise<void> {
  if (!(await within(check, LIMIT_MS))) throw new Error(`it did not come to an end within ${LIMIT_MS} ms`);
  await check;
}
