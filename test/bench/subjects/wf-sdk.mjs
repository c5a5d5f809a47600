import { compile, graph as tasksByReference, run, workflow } from 'wf-sdk';

/**
 * Says something of a task that it then never needs.
 *
 * @typedef {<T extends import('wf-sdk').TaskPolicies>(task: T) => T} Declare
 */

/** @satisfies {Record<string, Declare>} */
export const policies = {
  none: (task) => task,
  retry: (task) => task.retry({ attempts: 3 }),
  timeout: (task) => task.timeout('30s'),
  every: (task) => task.retry({ attempts: 3 }).breaker('bench').timeout('30s').deadline('60s').priority(1),
};

/** @typedef {import('wf-sdk').TaskRef<string, unknown, undefined>} Ref */

/** As many arguments as one call certainly takes. */
const SLICE = 10_000;

/**
 * @param {Declare} declare
 * @returns {import('./subject.mjs').Subject}
 */
export function wfSdk(declare) {
  return (graph, body) => {
    const defined = define(graph, () => body, declare);
    compile(defined);
    return () => run(defined);
  };
}

/**
 * A workflow with one task for each of the graph: `t0`, `t1` …
 *
 * @param {import('../shapes.mjs').Graph} graph
 * @param {(task: number) => (data: Readonly<Record<string, unknown>>) => unknown} bodyOf
 * @param {Declare} declare
 */
export function define(graph, bodyOf, declare = policies.none) {
  const start = tasksByReference();
  /** @type {Ref[]} */
  const tasks = [];
  graph.forEach((dependencies, task) => {
    const waitedFor = dependencies.map((dependency) => /** @type {Ref} */ (tasks[dependency]));
    tasks.push(declare(start.addTask(`t${task}`).dependsOn(...waitedFor)).run(bodyOf(task)));
  });
  /** @type {import('wf-sdk').Flow<import('wf-sdk').WorkflowScope<undefined, undefined>, import('wf-sdk').Task, string>} */
  let defined = workflow('bench').addTasks(...tasks.slice(0, SLICE));
  for (let done = SLICE; done < tasks.length; done += SLICE) {
    defined = defined.addTasks(...tasks.slice(done, done + SLICE));
  }
  return defined;
}
