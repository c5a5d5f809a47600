/*
 * Source text of workflows as large as asked for: every task has three dependencies and an output type of its own,
 * which is what costs the type checker most.
 */

/**
 * @typedef {object} LargeWorkflow
 * @property {string} label
 * @property {string} source
 * @property {number} [most] instantiations it may cost
 */

/** What costs as much as the SDK's own sources, which are checked here as well; a user's compiler reads declarations. */
export const EMPTY = `import { workflow } from '@wf-sdk/core';\nexport const empty = workflow('empty');\n`;

/** What is measured, and what it may cost beyond `EMPTY` where that was promised. @type {readonly LargeWorkflow[]} */
export const largeWorkflows = [
  { label: 'chain of 50', source: chain(50) },
  { label: 'chain of 100', source: chain(100), most: 85_000 },
  { label: 'chain of 190', source: chain(190), most: 240_000 },
  { label: 'chain of 200', source: chain(200) },
  { label: 'chain of 100, each with a step that changes its types', source: chain(100, step), most: 170_000 },
  { label: '1,000 in fragments of 50', source: fragments(1000, 50), most: 600_000 },
  { label: '1,000 in fragments of 50 that export all', source: fragments(1000, 50, true), most: 760_000 },
  { label: '500 by reference', source: references(500) },
  { label: '1,000 by reference', source: references(1000) },
];

/** How much more 1,000 tasks by reference may cost than 500: the cost is linear. */
export const MOST_FOR_TWICE = 2.1;

/**
 * One chain of tasks.
 *
 * @param {number} count
 * @param {(index: number) => string} [said] a step of each task before its handler
 * @returns {string}
 */
export function chain(count, said) {
  return [
    `import { workflow } from '@wf-sdk/core';`,
    `export const large = workflow('large')${tasks('t', count, [], said)};`,
    `export type Outputs = import('@wf-sdk/core').OutputsOf<typeof large>;`,
    `export const last: number = (null as unknown as NonNullable<Outputs['t${count - 1}']>).v${count - 1};`,
    '',
  ].join('\n');
}

/**
 * A step after which the handler's data is as it was, but the task's own type or the facts about it are not.
 *
 * @param {number} index
 */
function step(index) {
  return (
    [`.when(() => true)`, `.allowFailure()`, `.fallback({ v${index}: 1 })`, `.triggerRule('all_success')`][
      index % 4
    ] ?? ''
  );
}

/**
 * Fragments of `size` tasks each; every fragment but the first reads what the one before it exports.
 *
 * @param {number} count
 * @param {number} size
 * @param {boolean} [exportsAll] else only the last task is exported
 * @returns {string}
 */
function fragments(count, size, exportsAll = false) {
  const names = Array.from({ length: count / size }, (_, index) => `f${index}`);
  const lines = names.map((name, index) => {
    const before = names[index - 1];
    const needed = before === undefined ? '' : `<{ ${before}x${size - 1}: { v${size - 1}: number } }>`;
    const first = before === undefined ? [] : [`${before}x${size - 1}`];
    const exported = Array.from({ length: size }, (_, at) => `'${name}x${at}'`).slice(exportsAll ? 0 : -1);
    return `const ${name} = fragment${needed}()${tasks(`${name}x`, size, first)}\n  .exports(${exported.join(', ')});`;
  });
  return [
    `import { fragment, workflow } from '@wf-sdk/core';`,
    ...lines,
    `export const large = workflow('large')${names.map((name) => `\n  .use(${name})`).join('')};`,
    '',
  ].join('\n');
}

/**
 * Tasks by reference.
 *
 * @param {number} count
 * @param {boolean} [namesAll] else the workflow is only given the last task, which brings the others along
 * @returns {string}
 */
export function references(count, namesAll = false) {
  const lines = Array.from({ length: count }, (_, index) => {
    const reads = before(index).map((at) => `t${at}`);
    const depends = reads.length > 0 ? `.dependsOn(${reads.join(', ')})` : '';
    return `const t${index} = g.addTask('t${index}')${depends}.run(${handler(reads, index, before(index))});`;
  });
  const named = Array.from({ length: count }, (_, index) => `t${index}`).slice(namesAll ? 0 : -1);
  return [
    `import { graph, workflow } from '@wf-sdk/core';`,
    `const g = graph();`,
    ...lines,
    `export const large = workflow('large').addTasks(${named.join(', ')});`,
    '',
  ].join('\n');
}

/**
 * The same with a stub, typed by the test kit, for one of the tasks.
 *
 * @param {string} source
 * @returns {string}
 */
export function stubbed(source) {
  return [
    `import type { AnyTask, Workflow } from '@wf-sdk/core';`,
    `import type { Stubs } from '../../../../packages/testing/src/run/stub-types.ts';`,
    source,
    `declare function stub<In, T extends AnyTask, Out, Input>(it: Workflow<In, T, Out, Input>, by: Stubs<Input, T>): void;`,
    `stub(large, { t50: ({ t49, t47 }) => ({ v50: t49.v49 + t47.v47 }) });`,
    '',
  ].join('\n');
}

/**
 * @param {string} prefix
 * @param {number} count
 * @param {string[]} [outside] what the first task depends on
 * @param {(index: number) => string} [said]
 */
function tasks(prefix, count, outside = [], said = () => '') {
  return Array.from({ length: count }, (_, index) => {
    const reads = index === 0 ? outside : before(index).map((at) => `${prefix}${at}`);
    const depends = reads.length > 0 ? `.dependsOn(${reads.map((id) => `'${id}'`).join(', ')})` : '';
    const values = index === 0 ? outside.map((id) => Number(/\d+$/.exec(id)?.[0])) : before(index);
    return `\n  .addTask('${prefix}${index}')${depends}${said(index)}.run(${handler(reads, index, values)})`;
  }).join('');
}

/** @param {number} index the three tasks before this one */
function before(index) {
  return Array.from({ length: Math.min(3, index) }, (_, back) => index - 1 - back);
}

/**
 * @param {string[]} reads
 * @param {number} index
 * @param {number[]} values
 */
function handler(reads, index, values) {
  const sum = ['1', ...reads.map((id, at) => `${id}.v${values[at]}`)].join(' + ');
  return `(${reads.length > 0 ? `{ ${reads.join(', ')} }` : ''}) => ({ v${index}: ${sum} })`;
}
