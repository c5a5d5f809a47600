import { compile, graph as byReference, run, workflow } from 'wf-sdk';

/** Arguments of one call are limited by the stack. */
const SLICE = 10_000;

/**
 * @typedef {import('wf-sdk').TaskRefBuilder<undefined, string, never>} Builder
 * @typedef {(task: Builder) => Builder} Policies what is declared of each task, and never needed
 */

/** @satisfies {Record<string, Policies>} */
export const policies = {
  none: (task) => task,
  retry: (task) => task.retry({ attempts: 3 }),
  timeout: (task) => task.timeout('30s'),
  every: (task) => task.retry({ attempts: 3 }).timeout('30s').deadline('60s').priority(1),
};

/** @param {Policies} [declare] @returns {import('./subject.mjs').Subject} */
export function wfSdk(declare = policies.none) {
  return (graph, body) => {
    // Handlers that read nothing are told from others by their form: see `readsData` in core.
    const definition = define(graph, () => async () => body(0), declare);
    compile(definition);
    return () => run(definition);
  };
}
