import { PGraph } from 'p-graph';

/** @typedef {import('./subject.mjs').Subject} Subject */

/** As its documentation shows it: a graph is made, and run once. @type {Subject} */
export function pGraph(graph, body) {
  const parts = partsOf(graph, body);
  return () => new PGraph(...parts).run();
}

/** The same graph run again and again, as a compiled workflow is. @type {Subject} */
export function pGraphAgain(graph, body) {
  const made = new PGraph(...partsOf(graph, body));
  return () => made.run();
}

/**
 * @param {Parameters<Subject>[0]} graph
 * @param {Parameters<Subject>[1]} body
 * @returns {ConstructorParameters<typeof PGraph>}
 */
function partsOf(graph, body) {
  const nodes = new Map(graph.map((_, task) => [`t${task}`, { run: body }]));
  /** @type {[string, string][]} */
  const edges = graph.flatMap((dependencies, task) =>
    dependencies.map((dependency) => /** @type {[string, string]} */ ([`t${dependency}`, `t${task}`])),
  );
  return [nodes, edges];
}
