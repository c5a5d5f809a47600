/**
 * The least that running a graph of promises costs: a counter for each task of the dependencies it still waits for.
 *
 * @type {import('./subject.mjs').Subject}
 */
export function limit(graph, body) {
  const size = graph.length;
  const degrees = Int32Array.from(graph, (dependencies) => dependencies.length);
  const dependents = dependentsOf(graph);
  return () =>
    new Promise((resolve, reject) => {
      const waitingFor = degrees.slice();
      const outputs = new Array(size);
      let open = size;
      /** @param {number} task */
      const start = async (task) => {
        try {
          outputs[task] = await body(task);
          if (--open === 0) return resolve(outputs);
          for (const dependent of dependents[task] ?? []) {
            if (--(/** @type {number[]} */ (/** @type {unknown} */ (waitingFor))[dependent]) === 0) void start(dependent);
          }
        } catch (error) {
          reject(error);
        }
      };
      for (let task = 0; task < size; task++) if (degrees[task] === 0) void start(task);
    });
}
