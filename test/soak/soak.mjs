import { getEventListeners, setMaxListeners } from 'node:events';

import { breakers, pools, run } from 'wf-sdk';
import { mixedWorkflow } from './mixed-workflow.mjs';
import { seededRandom } from 'wf-sdk/testing';

// Ten thousand runs in which everything happens: what the process holds must not grow with them. Not a test of the suite,
// as it takes a minute: `npm run soak`. Without the optimizing compilers, as what V8 keeps of its own about the code that it
// compiles and drops again grows a little all the time, and would hide what the runs leave behind.

const RUNS = 10_000;
const ROUND = 1_000;
/** So many runs are under way at once. */
const AT_ONCE = 100;
/** What may come on top between the warm-up and the last round: a dozen bytes for each run. */
const TOLERATED_BYTES = 100_000;
const WARM_UP_ROUNDS = 2;

const { gc } = globalThis;
if (gc === undefined) throw new Error('start it with: npm run soak');
const collect = gc;

const chance = seededRandom(1);
const shared = new AbortController();
setMaxListeners(0, shared.signal);
/** @type {Record<string, number>} */
const outcomes = {};
/** @type {number[]} */
const heaps = [];
let events = 0;

for (let done = 0; done < RUNS; done += ROUND) {
  const startedAt = performance.now();
  for (let batch = 0; batch < ROUND; batch += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, oneRun));
  const seconds = (performance.now() - startedAt) / 1_000;
  await settled();
  heaps.push(heldBytes());
  check();
  console.log(
    `${String(done + ROUND).padStart(6)} runs  heap ${megabytes(heaps.at(-1) ?? 0)} MB  rss ${megabytes(process.memoryUsage().rss)} MB  ${seconds.toFixed(1)} s`,
  );
}
console.log(outcomes, `${events} events`);

const before = Math.min(...heaps.slice(WARM_UP_ROUNDS - 1, WARM_UP_ROUNDS + 1));
const after = Math.min(...heaps.slice(-2));
const growth = after - before;
console.log(`grown by ${Math.round(growth / 1_000)} kB from round ${WARM_UP_ROUNDS} to the last`);
if (growth > TOLERATED_BYTES) {
  console.error(`the heap grows with the runs: by more than ${TOLERATED_BYTES / 1_000} kB`);
  process.exitCode = 1;
}

/** Begins a run, lets chance do something to it, and waits for its end. */
async function oneRun() {
  const handle = run(mixedWorkflow(chance), undefined, {
    concurrency: 1 + Math.floor(chance() * 6),
    gracePeriod: 5,
    resources: { cpu: 2 },
    random: chance,
    ...(chance() < 0.5 && { signal: shared.signal }),
    ...(chance() < 0.05 && { timeout: 10 }),
    observers: [
      (event) => {
        events++;
        if (event.type === 'task.waiting' && event.for === 'approval') setImmediate(decide, handle);
      },
    ],
  });
  const listening = chance() < 0.3 ? listen(handle, chance() < 0.5) : undefined;
  const fate = chance();
  const cancel = () => void handle.cancel('by chance', { force: fate < 0.05 });
  if (fate < 0.15) setTimeout(cancel, chance() * 15);
  const { outcome } = await handle;
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  await listening;
}

/** @param {import('wf-sdk').RunHandle<import('wf-sdk').RunResult>} handle */
function decide(handle) {
  for (const { task } of handle.waiting) {
    const decision = chance();
    if (decision < 0.4) handle.approve(task, 'approved');
    else if (decision < 0.6) handle.retry(task);
    else if (decision < 0.8) handle.skip(task);
    else handle.fail(task);
  }
}

/**
 * @param {import('wf-sdk').RunHandle<import('wf-sdk').RunResult>} handle
 * @param {boolean} toTheEnd
 */
async function listen(handle, toTheEnd) {
  for await (const event of handle.events()) if (!toTheEnd && event.type === 'task.succeeded') break;
}

/** Handlers that were given up still have their pauses. */
async function settled() {
  await new Promise((resolve) => setTimeout(resolve, 100));
}

function heldBytes() {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Whatever happened, nothing of these runs goes on. */
function check() {
  const timers = process
    .getActiveResourcesInfo()
    .filter((kind) => kind === 'Timeout' || kind === 'Immediate');
  const listeners = getEventListeners(shared.signal, 'abort');
  const held = pools().filter(({ used, waiting }) => used + waiting > 0);
  const halfOpen = breakers().filter(({ state }) => state === 'half_open');
  const left = {
    timers: timers.length,
    listeners: listeners.length,
    pools: held.length,
    probes: halfOpen.length,
  };
  if (Object.values(left).every((count) => count === 0)) return;
  console.error('something of the runs is left:', left, held);
  process.exitCode = 1;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1_000_000).toFixed(2);
}
