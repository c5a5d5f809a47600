import { type Duration, OptionError, parseDuration } from '@wf-sdk/core';

/** A stub that takes its time, in virtual time: an output, or a function of the data that gives it. */
export interface Timed<Stub> {
  readonly '~after': number;
  readonly output: Stub;
}

/**
 * A stub that gives its output after this much virtual time. It stops when it is told to, as a handler should.
 *
 * @param output The output, or a function of the data that gives it, called when the time is over.
 * @throws OptionError where the length is no duration.
 */
export function after<Stub>(length: Duration, output: Stub): Timed<Stub> {
  const ms = parseDuration(length);
  if (ms === undefined)
    throw new OptionError('length', `a duration: milliseconds, or '250ms', '5s', '1.5m', '2h', '1d'`, length);
  return Object.freeze({ '~after': ms, output });
}

export function isTimed(value: unknown): value is Timed<unknown> {
  return typeof value === 'object' && value !== null && '~after' in value;
}
