import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore, resume, run, send, workflow } from 'wf-sdk';
import { openStore } from 'wf-sdk/store';
import { seededRandom } from 'wf-sdk/testing';

// Ten thousand runs that are kept, in a file and in memory, from which those that have ended are removed: what the process holds
// must not grow with them. `npm run soak`, as soak.mjs and under the same conditions.

const RUNS = Number(process.argv[2] ?? 10_000);
const ROUND = RUNS / 10;
/** So many runs are under way at once. */
const AT_ONCE = 100;
/** What may come on top between the warm-up and the last round: a dozen bytes for each run. */
const TOLERATED_BYTES = 100_000;
const WARM_UP_ROUNDS = 2;

/** @type {import('wf-sdk').Schema<unknown>} */
const anything = { '~standard': { version: 1, vendor: 'soak', validate: (value) => ({ value }) } };

const { gc } = globalThis;
if (gc === undefined) throw new Error('start it with: npm run soak');
const collect = gc;

const folder = mkdtempSync(join(tmpdir(), 'wf-soak-'));
try {
  const file = join(folder, 'wf.db');
  await soak('in a file', await openStore(file), false);
  console.log(`the file has ${(statSync(file).size / 1_000_000).toFixed(1)} MB`);
  await soak('in memory', createMemoryStore(), true);
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * @param {string} where
 * @param {import('wf-sdk').Store} store
 * @param {boolean} removes Whether a run that has ended is removed.
 */
async function soak(where, store, removes) {
  const chance = seededRandom(1);
  /** @type {number[]} */
  const heaps = [];
  /** @type {Record<string, number>} */
  const outcomes = {};
  let begun = 0;
  for (let done = 0; done < RUNS; done += ROUND) {
    const startedAt = performance.now();
    for (let batch = 0; batch < ROUND; batch += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => oneRun(`r-${++begun}`)));
    const seconds = (performance.now() - startedAt) / 1_000;
    await new Promise((resolve) => setTimeout(resolve, 100));
    heaps.push(heldBytes());
    const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    if (timers > 0) fail(`${timers} timers of runs that have ended are left`);
    console.log(
      `${where}  ${String(done + ROUND).padStart(6)} runs  heap ${megabytes(heaps.at(-1) ?? 0)} MB  rss ${megabytes(process.memoryUsage().rss)} MB  ${seconds.toFixed(1)} s`,
    );
  }
  await store.close();
  const before = Math.min(...heaps.slice(WARM_UP_ROUNDS - 1, WARM_UP_ROUNDS + 1));
  const growth = Math.min(...heaps.slice(-2)) - before;
  console.log(outcomes);
  console.log(`${where}: grown by ${Math.round(growth / 1_000)} kB from round ${WARM_UP_ROUNDS} to the last`);
  if (growth > TOLERATED_BYTES)
    fail(`the heap grows with the runs that are kept ${where}: by more than ${TOLERATED_BYTES / 1_000} kB`);

  /** @param {string} id Begins a run, says to it what it waits for, sometimes cancels it or asks for its result again. */
  async function oneRun(id) {
    const flow = orderOf(chance);
    const handle = run(flow, undefined, { id, store, random: chance });
    const fate = chance();
    if (fate < 0.1) setTimeout(() => void handle.cancel('by chance'), chance() * 10);
    for await (const event of handle.events()) if (event.type === 'task.waiting') break;
    // From another process, or from this one.
    if (fate < 0.4) await send(store, id, { type: 'signal', name: 'paid', value: 5 });
    else signal(handle);
    const { outcome } = await handle;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (fate > 0.9) await resume(flow, id, { store });
    if (!removes) return;
    await store.remove(`${id}~part`);
    await store.remove(id);
  }
}

/** @param {import('wf-sdk').RunHandle<import('wf-sdk').RunResult>} handle It may have been cancelled meanwhile. */
function signal(handle) {
  try {
    handle.signal('paid', 5);
  } catch {
    // Nothing waits for it any more.
  }
}

/** @param {() => number} chance */
function orderOf(chance) {
  const part = workflow('part')
    .addTask('x')
    .run(() => 1)
    .addTask('y')
    .dependsOn('x')
    .run(({ x }) => x + 1)
    .output(({ y }) => y);
  return workflow('order')
    .addTask('price')
    .cache()
    .run(() => ({ price: 12, at: new Date(5) }))
    .addTask('seat')
    .dependsOn('price')
    .retry({ attempts: 3, delay: 1 })
    .compensate(() => undefined)
    .run((_, { attempt, log }) => {
      log.info('tries', { attempt });
      if (chance() < 0.3) throw new Error('by chance');
      return '12A';
    })
    .addTask('each')
    .dependsOn('price')
    .forEach(() => [1, 2, 3], { join: 'allSettled' })
    .run(({ item }) => {
      if (chance() < 0.1) throw new Error('by chance');
      return item;
    })
    .addTask('part')
    .dependsOn('price')
    .runWorkflow(part)
    .addTask('paid')
    .waitForSignal('paid', anything, { timeout: '1h' })
    .addTask('done')
    .dependsOn('seat', 'each', 'part', 'paid')
    .run(({ part: given, paid }) => [given, paid]);
}

function heldBytes() {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** @param {string} why */
function fail(why) {
  console.error(why);
  process.exitCode = 1;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1_000_000).toFixed(2);
}
