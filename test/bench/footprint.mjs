import { median } from './measure.mjs';

const WARM_RUNS = 30;
const ROUNDS = 9;

/**
 * What one call allocates, and what of it is still there while its result is: in bytes, the medians of several. Needs
 * `--expose-gc`, and a young generation so large that nothing is collected during a call.
 *
 * @param {() => unknown} run
 */
export async function footprint(run) {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('start Node with --expose-gc');
  for (let done = 0; done < WARM_RUNS; done++) await run();
  /** @type {{ allocated: number, kept: number }[]} */
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await once(run, gc));
  return {
    allocated: median(rounds.map(({ allocated }) => allocated)),
    kept: median(rounds.map(({ kept }) => kept)),
  };
}

/**
 * One round: a function of its own, so that nothing of it is left in a variable for the next.
 *
 * @param {() => unknown} run
 * @param {NonNullable<typeof globalThis.gc>} gc
 */
async function once(run, gc) {
  gc();
  const before = used();
  const result = await run();
  const allocated = used() - before;
  gc();
  const kept = used() - before;
  hold(result);
  return { allocated, kept };
}

function used() {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** @type {unknown} */
let held;

/** Whatever is measured has to be reachable up to here. @param {unknown} result */
function hold(result) {
  held = result;
  if (held === hold) throw new Error('never');
  held = undefined;
}
