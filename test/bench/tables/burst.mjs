import { compare } from '../measure.mjs';
import { tree } from '../shapes.mjs';
import { limit } from '../subjects/limit.mjs';
import { prepare } from '../subjects/subject.mjs';
import { policies, wfSdk } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';

const BURSTS = 5;
const graph = tree(10);

/**
 * What a small run costs in a process that once had thousands of them at a time. V8 remembers of each place in the
 * code that what was made there lived long, and then makes it in the old generation, where all it refers to stays.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  const figure = await compare(timed(wfSdk(policies.none)), timed(limit), effort);
  for (let burst = 0; burst < BURSTS; burst++) {
    for (const subject of [wfSdk(policies.none), limit])
      await prepare(subject, { name: '', graph, copies: 2_000 })();
  }
  const after = await compare(timed(wfSdk(policies.none)), timed(limit), effort);
  return {
    title: 'a run of 10 tasks, wf-sdk',
    rows: [
      { label: 'at first', ...toRow(figure) },
      { label: 'after 2,000 at once', ...toRow(after), target: targets.none },
    ],
  };
}

/** @param {import('../subjects/subject.mjs').Subject} subject */
function timed(subject) {
  return { tasks: graph.length, run: prepare(subject, { name: '', graph, copies: 1 }) };
}

/** @param {import('../measure.mjs').Comparison} comparison */
function toRow({ us, ratio }) {
  return { measured: `${us.toFixed(2)} µs/task`, figure: ratio, unit: '×' };
}
