import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from 'wf-sdk';
import { openStore } from 'wf-sdk/store';
import { compare, time } from '../measure.mjs';
import { peerRows } from '../peer.mjs';
import { define } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';

const RUNS = 20;
const STEPS = 100;
/** What a step of a run writes: it is queued, starts, and has succeeded. */
const EVENTS = 3;
const body =
  '{"item":3}\noutput {"id":"a7","price":12.5,"rows":[1,2,3],"note":"about as much as an event has, on the whole"}';

/**
 * What it costs to keep runs: beside the same runs in memory, and beside a loop that writes as many events to the same store
 * in the same groups.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort, check }) {
  /** @type {import('../table.mjs').Row[]} */
  const rows = [];
  for (const durability of /** @type {const} */ (['normal', 'strict'])) {
    const folder = mkdtempSync(path.join(tmpdir(), 'wf-sdk-bench-'));
    const store = await openStore(path.join(folder, 'wf.db'), { durability });
    try {
      const parallel = chainOf(STEPS);
      const many = () => Promise.all(Array.from({ length: RUNS }, () => run(parallel, undefined, { store })));
      const { us, ratio } = await compare(
        { tasks: RUNS * STEPS, run: many },
        { tasks: RUNS * STEPS, run: () => bare(store) },
        effort,
      );
      const one = await time({ tasks: STEPS, run: () => run(parallel, undefined, { store }) }, effort);
      const five = await time({ tasks: 1, run: () => run(chainOf(5), undefined, { store }) }, effort);
      rows.push(
        {
          label: `${durability}: ${RUNS} chains of ${STEPS} at once / the bare store loop`,
          measured: perSecond(us),
          figure: ratio,
          unit: '×',
          target: targets.durable,
        },
        { label: `${durability}: one chain of ${STEPS}`, measured: perSecond(one) },
        {
          label: `${durability}: a run of five tasks, from start to result`,
          measured: `${(five / 1_000).toFixed(2)} ms`,
        },
      );
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const inMemory = await time(
    { tasks: RUNS * STEPS, run: () => Promise.all(Array.from({ length: RUNS }, () => run(chainOf(STEPS)))) },
    effort,
  );
  rows.push({ label: 'the same chains, nothing kept', measured: perSecond(inMemory) });
  // A check has to be quick, and to work without a network.
  if (!check) rows.push(...(await peerRows()));
  return { title: 'runs that are kept', rows };
}

/** @type {Map<number, ReturnType<typeof define>>} */
const chains = new Map();

/** @param {number} length */
function chainOf(length) {
  const output = { id: 'a7', price: 12.5, rows: [1, 2, 3], note: 'about as much as an output has' };
  const graph = Array.from({ length }, (_, task) => (task === 0 ? [] : [task - 1]));
  const chain = chains.get(length) ?? define(graph, () => async () => output);
  chains.set(length, chain);
  return chain;
}

let loops = 0;

/**
 * As many events, a group for each step of all runs.
 *
 * @param {import('wf-sdk').Store} store
 */
async function bare(store) {
  const at = Date.now();
  const ids = Array.from({ length: RUNS }, () => `bare-${loops++}`);
  const lease = { owner: 'bench', until: at + 60_000 };
  await Promise.all(
    ids.map((id) =>
      store.create({ id, workflow: 'bare', version: '1', structure: '[]', createdAt: at }, lease),
    ),
  );
  const entries = Array.from({ length: EVENTS }, () => ({ type: 'task.succeeded', at, task: 't', body }));
  for (let step = 0; step < STEPS; step++)
    await store.append(
      ids.map((id) => ({
        run: id,
        expected: step * EVENTS,
        owner: 'bench',
        entries,
        state: /** @type {const} */ ('running'),
      })),
    );
}

/** @param {number} us */
function perSecond(us) {
  return `${(1_000_000 / us).toLocaleString('en-US', { maximumFractionDigits: 0 })} steps/s`;
}
