import { run } from 'wf-sdk';
import { footprint } from '../footprint.mjs';
import { layered, tree } from '../shapes.mjs';
import { limit } from '../subjects/limit.mjs';
import { define, policies } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';

/** An output that takes no memory of its own. */
const body = async () => 1;
const graph = layered(100, 100);
const small = tree(10);
const SMALL_RUNS = 1_000;

/**
 * What running a task allocates, its body's own promise included, and what of that its result keeps.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure() {
  const plain = define(graph, () => body);
  const declared = define(graph, () => body, policies.every);
  const ten = define(small, () => body);
  const least = await footprint(limit(graph, body));
  const ours = await footprint(() => run(plain));
  const every = await footprint(() => run(declared));
  const many = await footprint(() => Promise.all(Array.from({ length: SMALL_RUNS }, () => run(ten))));
  const read = await footprint(async () => {
    const result = await run(plain);
    return [result, result.tasks, result.outputs];
  });
  const size = graph.length;
  return {
    title: 'memory, bytes per task',
    rows: [
      row('allocated: the limit', least.allocated / size),
      row('allocated: wf-sdk', ours.allocated / size, targets.allocatedBytes),
      row('allocated: wf-sdk, every policy', every.allocated / size, targets.allocatedBytes),
      row('allocated: wf-sdk, runs of 10 tasks', many.allocated / (SMALL_RUNS * small.length)),
      row('kept: wf-sdk', ours.kept / size, targets.keptBytes),
      row('kept: wf-sdk, every policy', every.kept / size, targets.keptBytes),
      row('kept: wf-sdk, runs of 10 tasks', many.kept / (SMALL_RUNS * small.length)),
      row('kept: wf-sdk, .tasks and .outputs read', read.kept / size),
    ],
  };
}

/** @param {string} label @param {number} figure @param {import('../table.mjs').Target} [target] */
function row(label, figure, target) {
  return { label, measured: '', figure: Math.round(figure), unit: ' B', ...(target && { target }) };
}
