import { run, workflow } from 'wf-sdk';
import { compare } from '../measure.mjs';
import { chain, layered } from '../shapes.mjs';
import { counter } from '../subjects/limit.mjs';
import { define } from '../subjects/wf-sdk.mjs';

/**
 * What it costs that handlers read their dependencies' outputs, by ID from an object that is made for them; the limit
 * reads them from its array. No target speaks of this: it is here to be honest about the other tables.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  const rows = [];
  for (const { label, timed, reference } of [byName(), ...byComputedId()]) {
    const { us, ratio } = await compare(timed, reference, effort);
    rows.push({ label, measured: `${us.toFixed(2)} µs/task`, figure: ratio, unit: '×' });
  }
  return { title: 'bodies that read their dependencies', rows };
}

/** Ten tasks as a user would write them. */
function byName() {
  const written = workflow('ten')
    .addTask('a')
    .run(async () => 1)
    .addTask('b')
    .dependsOn('a')
    .run(async ({ a }) => a + 1)
    .addTask('c')
    .dependsOn('a')
    .run(async ({ a }) => a + 2)
    .addTask('d')
    .dependsOn('b')
    .run(async ({ b }) => b + 1)
    .addTask('e')
    .dependsOn('b', 'c')
    .run(async ({ b, c }) => b + c)
    .addTask('f')
    .dependsOn('c')
    .run(async ({ c }) => c + 1)
    .addTask('g')
    .dependsOn('d', 'e')
    .run(async ({ d, e }) => d + e)
    .addTask('h')
    .dependsOn('e', 'f')
    .run(async ({ e, f }) => e + f)
    .addTask('i')
    .dependsOn('g', 'h')
    .run(async ({ g, h }) => g + h)
    .addTask('j')
    .dependsOn('a', 'i')
    .run(async ({ a, i }) => a + i);
  const graph = [[], [0], [0], [1], [1, 2], [2], [3, 4], [4, 5], [6, 7], [0, 8]];
  return {
    label: 'a run of 10 tasks',
    timed: { tasks: graph.length, run: () => run(written) },
    reference: { tasks: graph.length, run: counter(graph, sumOf(graph)) },
  };
}

function byComputedId() {
  const shapes = { 'chain 1,000': chain(1_000), 'layered 100 × 100': layered(100, 100) };
  return Object.entries(shapes).map(([label, graph]) => {
    const defined = define(graph, (task) => {
      const ids = (graph[task] ?? []).map((dependency) => `t${dependency}`);
      return async (data) => {
        let sum = 1;
        for (const id of ids) sum += Number(data[id]) % 7;
        return sum;
      };
    });
    return {
      label,
      timed: { tasks: graph.length, run: () => run(defined) },
      reference: { tasks: graph.length, run: counter(graph, sumOf(graph)) },
    };
  });
}

/** @param {import('../shapes.mjs').Graph} graph */
function sumOf(graph) {
  /** @param {number} task @param {readonly unknown[]} outputs */
  return async (task, outputs) => {
    let sum = 1;
    for (const dependency of graph[task] ?? []) sum += Number(outputs[dependency]) % 7;
    return sum;
  };
}
