/**
 * Something to time: `run` does it once, which counts for so many `tasks`.
 *
 * @typedef {{ readonly tasks: number, readonly run: () => unknown }} Timed
 */

/**
 * Microseconds for one task of the subject and of the reference, and the one in relation to the other.
 *
 * @typedef {{ readonly us: number, readonly referenceUs: number, readonly ratio: number }} Comparison
 */

/** A sample lasts about this long, so that collecting garbage falls into the samples that made it. */
const SAMPLE_MS = 10;
const WARM_MS = 60;
const PASSES = 3;

/**
 * Compares a subject to a reference, in one process: some runs of this, some of that, round after round. Each pass
 * gives medians, and the best of three counts: what disturbs a measurement only ever makes it worse.
 *
 * @param {Timed} subject
 * @param {Timed} reference
 * @param {import('./effort.mjs').Effort} effort
 * @returns {Promise<Comparison>}
 */
export async function compare(subject, reference, { rounds, passMs }) {
  const theirs = await sampler(subject, passMs);
  const references = await sampler(reference, passMs);
  const affordable = Math.max(1, Math.min(rounds, Math.floor(passMs / (theirs.ms + references.ms))));
  let best = { us: Infinity, referenceUs: Infinity, ratio: Infinity };
  for (let pass = 0; pass < PASSES; pass++) {
    /** @type {number[]} */
    const subjectUs = [];
    /** @type {number[]} */
    const referenceUs = [];
    for (let round = 0; round < affordable; round++) {
      referenceUs.push(await references.sample());
      subjectUs.push(await theirs.sample());
    }
    const figure = { us: median(subjectUs), referenceUs: median(referenceUs) };
    const ratio = figure.us / figure.referenceUs;
    if (ratio < best.ratio) best = { ...figure, ratio };
  }
  return best;
}

/**
 * Microseconds for one task, the best of three medians.
 *
 * @param {Timed} subject
 * @param {import('./effort.mjs').Effort} effort
 */
export async function time(subject, { rounds, passMs }) {
  const { sample } = await sampler(subject, passMs);
  let best = Infinity;
  for (let pass = 0; pass < PASSES; pass++) {
    /** @type {number[]} */
    const samples = [];
    for (let round = 0; round < rounds; round++) samples.push(await sample());
    best = Math.min(best, median(samples));
  }
  return best;
}

/**
 * Warms a subject up; gives what takes one sample of it, and how long that lasts.
 *
 * @param {Timed} timed
 * @param {number} mostMs
 */
async function sampler({ tasks, run }, mostMs) {
  /** @param {number} runs */
  const timeOf = async (runs) => {
    const start = performance.now();
    for (let done = 0; done < runs; done++) await run();
    return performance.now() - start;
  };
  const begin = performance.now();
  let batch = 1;
  let ms = await timeOf(batch);
  for (
    let warm = 1;
    performance.now() - begin < WARM_MS || (warm < 3 && performance.now() - begin < mostMs);
    warm++
  ) {
    // One slow run, the first or one that collects garbage, must not decide how many make a sample.
    if (ms < SAMPLE_MS) batch *= 2;
    ms = await timeOf(batch);
  }
  const sample = async () => ((await timeOf(batch)) * 1000) / (batch * tasks);
  return { sample, ms };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
