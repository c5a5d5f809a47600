import { compare } from '../measure.mjs';
import { shapes, tree } from '../shapes.mjs';
import { comparators, names } from '../subjects/comparators.mjs';
import { limit } from '../subjects/limit.mjs';
import { prepare } from '../subjects/subject.mjs';
import { policies, wfSdk } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';
import { isTooSlow, TOO_SLOW_S } from '../too-slow.mjs';

/** @typedef {keyof typeof policies} Policy */
/** @typedef {keyof typeof comparators} Comparator */
/** @typedef {import('../measure.mjs').Comparison} Comparison */

/** @type {Record<Policy, string>} */
const labels = {
  none: 'wf-sdk',
  retry: 'wf-sdk, retry declared',
  timeout: 'wf-sdk, timeout declared',
  every: 'wf-sdk, retry, breaker, timeout, deadline, priority',
};

const WARM_RUNS = 2_000;

/** Those that a target speaks of. @type {readonly Comparator[]} */
const rivals = ['pGraph', 'effect', 'queueAndRetry'];

/**
 * What running one shape costs, by runner.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort, check, argument }) {
  const shape = shapes.find(({ name }) => name === argument);
  if (shape === undefined) throw new Error(`no such shape: ${argument}`);
  await warmUp();
  /** @param {import('../subjects/subject.mjs').Subject} subject */
  const timed = (subject) => ({ tasks: shape.graph.length * shape.copies, run: prepare(subject, shape) });
  const reference = timed(limit);
  /** @type {import('../table.mjs').Row[]} */
  const rows = [];
  /** @type {Map<string, Comparison>} */
  const figures = new Map();
  for (const policy of /** @type {Policy[]} */ (Object.keys(policies))) {
    const figure = await compare(timed(wfSdk(policies[policy])), reference, effort);
    figures.set(policy, figure);
    rows.push({ label: labels[policy], ...toRow(figure), target: targets[policy] });
  }
  for (const name of /** @type {Comparator[]} */ (Object.keys(comparators))) {
    if (check && !rivals.includes(name)) continue;
    if (name === 'asyncAuto' && isTooSlow(name, shape.name)) {
      rows.push({ label: names[name], measured: `> ${TOO_SLOW_S} s` });
      continue;
    }
    const figure = await compare(timed(comparators[name]), reference, effort);
    figures.set(name, figure);
    rows.push({ label: names[name], ...toRow(figure) });
  }
  const referenceUs = Math.min(...Array.from(figures.values(), (figure) => figure.referenceUs));
  const first = {
    label: 'the limit: a counter by hand',
    ...toRow({ us: referenceUs, referenceUs, ratio: 1 }),
  };
  return { title: shape.name, rows: [first, ...rows, ...relations(figures)] };
}

/** Lets the compiler see every kind of task before the first is measured: what it learns of one it applies to all. */
async function warmUp() {
  for (const declare of Object.values(policies)) {
    const run = prepare(wfSdk(declare), { name: 'warm-up', graph: tree(10), copies: 1 });
    for (let runs = 0; runs < WARM_RUNS; runs++) await run();
  }
}

/** @param {Comparison} comparison */
function toRow({ us, ratio }) {
  return { measured: `${us.toFixed(2)} µs/task`, figure: ratio, unit: '×' };
}

/** @param {ReadonlyMap<string, Comparison>} figures */
function relations(figures) {
  /** @param {Policy | Comparator} a @param {Policy | Comparator} b */
  const relation = (a, b) => (figures.get(a)?.ratio ?? Number.NaN) / (figures.get(b)?.ratio ?? Number.NaN);
  const row = { measured: '', unit: '×' };
  return [
    { ...row, label: 'p-graph / wf-sdk', figure: relation('pGraph', 'none'), target: targets.pGraph },
    { ...row, label: 'Effect / wf-sdk', figure: relation('effect', 'none'), target: targets.effect },
    {
      ...row,
      label: 'wf-sdk, every policy / the wrapped tasks',
      figure: relation('every', 'queueAndRetry'),
      target: targets.everyToQueueAndRetry,
    },
  ];
}
