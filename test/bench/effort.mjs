/**
 * How long to measure: rounds in a pass, after how many milliseconds a pass over a slow subject has to be enough; and
 * how many pairs of processes to start, so many times over.
 *
 * @typedef {{ readonly rounds: number, readonly passMs: number, readonly pairs: number, readonly passes: number }} Effort
 */

/** @type {Effort} */
export const thorough = { rounds: 21, passMs: 3_000, pairs: 21, passes: 3 };

/** For a check: a minute for everything. @type {Effort} */
export const quick = { rounds: 5, passMs: 200, pairs: 15, passes: 1 };
