/**
 * How long to measure: rounds in a pass, and after how many milliseconds a pass over a slow subject has to be enough.
 *
 * @typedef {{ readonly rounds: number, readonly passMs: number, readonly spawns: number }} Effort
 */

/** @type {Effort} */
export const thorough = { rounds: 21, passMs: 3_000, spawns: 21 };

/** For a check: a minute for everything. @type {Effort} */
export const quick = { rounds: 7, passMs: 500, spawns: 15 };
