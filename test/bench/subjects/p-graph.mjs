import { PGraph } from 'p-graph';

/** @type {import('./subject.mjs').Subject} */
export function pGraph(graph, body) {
  const nodes = new Map(graph.map((_, task) => [`t${task}`, { run: body }]));
  /** @type {[string, string][]} */
  const edges = graph.flatMap((dependencies, task) =>
    dependencies.map((dependency) => /** @type {[string, string]} */ ([`t${dependency}`, `t${task}`])),
  );
  const runner = new PGraph(nodes, edges);
  return () => runner.run();
}
