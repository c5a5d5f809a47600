import { shapes } from './shapes.mjs';

/**
 * What a table is measured with.
 *
 * @typedef {{ readonly effort: import('./effort.mjs').Effort, readonly check: boolean, readonly argument: string }} Conditions
 * @typedef {(conditions: Conditions) => Promise<import('./table.mjs').Table>} Measure
 */

/**
 * A table to measure, in a process of its own: the module that does it, told `argument`, in a Node with these flags.
 *
 * @typedef {{ readonly name: string, readonly module: string, readonly argument: string, readonly flags: readonly string[] }} TableSource
 */

/** @type {readonly TableSource[]} */
export const tables = [
  ...shapes.map(({ name }) => source('shapes', 'shape', { argument: name })),
  source('data', 'data'),
  source('growth', 'growth'),
  source('memory', 'memory', {
    flags: ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'],
  }),
  source('items', 'items', { flags: ['--expose-gc'] }),
  source('build', 'build'),
  source('durable', 'durable'),
  source('testing', 'testing'),
  source('telemetry', 'telemetry'),
  source('start-up', 'start-up'),
];

/**
 * @param {string} name
 * @param {string} module
 * @param {{ readonly argument?: string, readonly flags?: readonly string[] }} [how]
 * @returns {TableSource}
 */
function source(name, module, { argument = '', flags = [] } = {}) {
  return { name, module: `./tables/${module}.mjs`, argument, flags };
}
