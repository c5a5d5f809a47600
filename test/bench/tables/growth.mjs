import { run } from 'wf-sdk';
import { compare } from '../measure.mjs';
import { layered } from '../shapes.mjs';
import { limit } from '../subjects/limit.mjs';
import { define } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';

const body = async () => 1;
const small = layered(100, 10);
const large = layered(1_000, 100);

/**
 * What a task costs among 100,000 in relation to one among 1,000.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  const [few, many] = [small, large].map((graph) => {
    const defined = define(graph, () => body);
    return { tasks: graph.length, run: () => run(defined) };
  });
  if (few === undefined || many === undefined) throw new Error('nothing to compare');
  const ours = await compare(many, few, effort);
  const least = await compare(
    { tasks: large.length, run: limit(large, body) },
    { tasks: small.length, run: limit(small, body) },
    effort,
  );
  return {
    title: '100,000 tasks / 1,000 tasks',
    rows: [
      { label: 'the limit', ...measured(least), figure: least.ratio, unit: '×' },
      { label: 'wf-sdk', ...measured(ours), figure: ours.ratio, unit: '×', target: targets.growth },
    ],
  };
}

/** @param {import('../measure.mjs').Comparison} comparison */
function measured({ us, referenceUs }) {
  return { measured: `${us.toFixed(2)} / ${referenceUs.toFixed(2)} µs/task` };
}
