import { Deferred, Effect } from 'effect';

/** A fiber for each task; a Deferred for each output, which the fibers of its dependents await. @type {import('./subject.mjs').Subject} */
export function effect(graph, body) {
  const work = Effect.promise(body);
  const whole = Effect.gen(function* () {
    const outputs = graph.map(() => Deferred.makeUnsafe());
    yield* Effect.forEach(outputs, (output, task) => fiber(output, task, outputs), {
      concurrency: 'unbounded',
      discard: true,
    });
  });

  /**
   * @param {Deferred.Deferred<unknown>} output
   * @param {number} task
   * @param {Deferred.Deferred<unknown>[]} outputs
   */
  const fiber = (output, task, outputs) =>
    Effect.gen(function* () {
      for (const dependency of graph[task] ?? []) {
        const awaited = outputs[dependency];
        if (awaited !== undefined) yield* Deferred.await(awaited);
      }
      yield* Deferred.succeed(output, yield* work);
    });

  return () => Effect.runPromise(whole);
}
