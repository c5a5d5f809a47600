/**
 * A graph: for each task the tasks it waits for, all of lower number.
 *
 * @typedef {readonly (readonly number[])[]} Graph
 * @typedef {{ readonly name: string, readonly graph: Graph, readonly copies: number }} Shape
 *   `copies` runs of the graph are started together.
 */

/** @param {number} length @returns {Graph} */
export function chain(length) {
  return Array.from({ length }, (_, task) => (task === 0 ? [] : [task - 1]));
}

/** One task, then `width` that wait for it, then one that waits for all of these. @param {number} width @returns {Graph} */
function fanOut(width) {
  const middle = Array.from({ length: width }, () => [0]);
  return [[], ...middle, Array.from({ length: width }, (_, task) => task + 1)];
}

/** Every task waits for three of the layer above. @param {number} width @param {number} layers @returns {Graph} */
export function layered(width, layers) {
  return Array.from({ length: width * layers }, (_, task) => {
    const above = (Math.floor(task / width) - 1) * width;
    return above < 0 ? [] : [0, 13, 26].map((step) => above + ((task * 7 + step) % width));
  });
}

/** A binary tree. @param {number} size @returns {Graph} */
export function tree(size) {
  return Array.from({ length: size }, (_, task) => (task === 0 ? [] : [(task - 1) >> 1]));
}

/** @type {readonly Shape[]} */
export const shapes = [
  { name: 'chain 1,000', graph: chain(1_000), copies: 1 },
  { name: 'fan-out 1 → 10,000 → 1', graph: fanOut(10_000), copies: 1 },
  { name: 'layered 100 × 100', graph: layered(100, 100), copies: 1 },
  { name: 'layered 1,000 × 100', graph: layered(1_000, 100), copies: 1 },
  { name: '1,000 runs of 10 tasks at once', graph: tree(10), copies: 1_000 },
  { name: 'a run of 10 tasks', graph: tree(10), copies: 1 },
];

/** The edges the other way round. @param {Graph} graph @returns {number[][]} */
export function dependentsOf(graph) {
  /** @type {number[][]} */
  const dependents = graph.map(() => []);
  graph.forEach((dependencies, task) => {
    for (const dependency of dependencies) dependents[dependency]?.push(task);
  });
  return dependents;
}
