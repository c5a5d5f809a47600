/** A promise for each task, made from its dependencies' promises. @type {import('./subject.mjs').Subject} */
export function memoisedPromises(graph, body) {
  return () => {
    /** @type {Promise<unknown>[]} */
    const outputs = [];
    for (const dependencies of graph) {
      outputs.push(Promise.all(dependencies.flatMap((dependency) => outputs[dependency] ?? [])).then(body));
    }
    return Promise.all(outputs);
  };
}
