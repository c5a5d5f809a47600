/**
 * What a runner does for each task.
 *
 * @typedef {() => Promise<unknown>} Body
 */

/**
 * Prepares a graph, outside of what is timed, and gives what runs it once.
 *
 * @typedef {(graph: import('../shapes.mjs').Graph, body: Body) => () => PromiseLike<unknown>} Subject
 */

/** The least a task can do: what is left is what its runner costs. @type {Body} */
const trivial = async () => 1;

/**
 * What runs a shape once: its graph, as often as the shape says.
 *
 * @param {Subject} subject
 * @param {import('../shapes.mjs').Shape} shape
 * @returns {() => PromiseLike<unknown>}
 */
export function prepare(subject, { graph, copies }) {
  const once = subject(graph, trivial);
  if (copies === 1) return once;
  return () => Promise.all(Array.from({ length: copies }, once));
}
