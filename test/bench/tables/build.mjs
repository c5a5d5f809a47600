import { compile, workflow } from 'wf-sdk';
import { time } from '../measure.mjs';
import { layered } from '../shapes.mjs';
import { define, policies } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';

const body = async () => 1;
const links = Array.from({ length: 1_000 }, (_, task) => ({
  id: `t${task}`,
  waitsFor: task === 0 ? [] : [`t${task - 1}`],
}));
const graph = layered(100, 100);

/**
 * What it costs to define a task, and to define and compile it.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  const rows = [];
  const kinds = {
    'in a chain of 1,000': { tasks: links.length, make: inChain },
    'by reference, 10,000 with 3 dependencies each': {
      tasks: graph.length,
      make: () => define(graph, () => body),
    },
    'the same, every policy declared': {
      tasks: graph.length,
      make: () => define(graph, () => body, policies.every),
    },
  };
  for (const [label, { tasks, make }] of Object.entries(kinds)) {
    const defineUs = await time({ tasks, run: () => make().definition }, effort);
    const compileUs = await time({ tasks, run: () => compile(make()) }, effort);
    rows.push(
      { label, measured: 'defined', figure: defineUs, unit: ' µs', target: targets.defineUs },
      { label: '', measured: 'and compiled', figure: compileUs, unit: ' µs', target: targets.compileUs },
    );
  }
  return { title: 'building a definition, per task', rows };
}

function inChain() {
  let flow = /** @type {Step} */ (/** @type {unknown} */ (workflow('bench')));
  for (const { id, waitsFor } of links)
    flow = flow
      .addTask(id)
      .dependsOn(...waitsFor)
      .run(body);
  return flow;
}

/**
 * A chain whose IDs are computed, which the types do not allow: they are for literal ones.
 *
 * @typedef {import('wf-sdk').Workflow & { addTask(id: string): { dependsOn(...ids: string[]): { run(body: () => Promise<number>): Step } } }} Step
 */
