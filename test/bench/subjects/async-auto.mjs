import async from 'async';

/** @type {import('./subject.mjs').Subject} */
export function asyncAuto(graph, body) {
  const tasks = Object.fromEntries(
    graph.map((dependencies, task) => [
      `t${task}`,
      [...dependencies.map((dependency) => `t${dependency}`), body],
    ]),
  );
  return () =>
    async.auto(/** @type {import('async').AsyncAutoTasks<Record<string, unknown>, Error>} */ (tasks));
}
