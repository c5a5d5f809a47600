import { dependentsOf } from '../shapes.mjs';

/**
 * The least that running a graph of promises costs: for each task a counter of what it still waits for.
 *
 * @type {import('./subject.mjs').Subject}
 */
export function limit(graph, body) {
  return counter(graph, body);
}

/**
 * @param {import('../shapes.mjs').Graph} graph
 * @param {(task: number, outputs: unknown[]) => Promise<unknown>} body
 */
export function counter(graph, body) {
  const size = graph.length;
  const degrees = Int32Array.from(graph, (dependencies) => dependencies.length);
  const dependents = dependentsOf(graph);
  return () =>
    new Promise((resolve, reject) => {
      const waitingFor = degrees.slice();
      /** @type {unknown[]} */
      const outputs = new Array(size);
      let open = size;
      /** @param {number} task */
      const start = async (task) => {
        try {
          outputs[task] = await body(task, outputs);
          if (--open === 0) return resolve(outputs);
          for (const dependent of dependents[task] ?? []) {
            const left = (waitingFor[dependent] ?? 0) - 1;
            waitingFor[dependent] = left;
            if (left === 0) void start(dependent);
          }
        } catch (error) {
          reject(error);
        }
      };
      for (let task = 0; task < size; task++) if (degrees[task] === 0) void start(task);
    });
}
