import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from 'wf-sdk';
import { openStore } from 'wf-sdk/store';
import { define } from './subjects/wf-sdk.mjs';

// Runs under a Node of its own: peer.mjs forks it with the URL of the peer's modules.

/**
 * @typedef {{ readonly who: string, readonly usPerStep: number, readonly msForFive: number }} Cost
 * @typedef {{ readonly who: string, readonly many: () => Promise<unknown>, readonly five: () => Promise<unknown>, readonly close: () => Promise<void> }} Subject
 */

/**
 * What is used of the peer, whose types are not installed.
 *
 * @typedef {{ readonly step: { run(options: { readonly name: string }, act: () => unknown): Promise<unknown> } }} Tools
 * @typedef {{ run(): Promise<{ result(): Promise<unknown> }> }} PeerWorkflow
 * @typedef {{ start(): Promise<void>, stop(): Promise<void> }} PeerWorker
 * @typedef {object} PeerClient
 * @property {(spec: { readonly name: string }, act: (tools: Tools) => Promise<void>) => PeerWorkflow} defineWorkflow
 * @property {(options: { readonly concurrency: number }) => PeerWorker} newWorker
 * @typedef {{ stop(): Promise<void> }} PeerBackend
 * @typedef {{ readonly OpenWorkflow: new (options: { readonly backend: PeerBackend }) => PeerClient }} Peer
 * @typedef {{ readonly BackendSqlite: { connect(file: string): PeerBackend } }} PeerStore
 */

const RUNS = 20;
const STEPS = 100;
const ROUNDS = 2;
const output = { id: 'a7', price: 12.5, rows: [1, 2, 3], note: 'about as much as an output has' };
const folder = mkdtempSync(path.join(tmpdir(), 'wf-sdk-peer-'));

const [, , module = ''] = process.argv;
try {
  /** @type {Cost[]} */
  const costs = [];
  for (const make of [() => ours('normal'), () => ours('strict'), peer])
    costs.push(await costOf(await make()));
  process.send?.(costs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The best of some rounds each, after one to warm up. @param {Subject} subject @returns {Promise<Cost>} */
async function costOf({ who, many, five, close }) {
  await many();
  const [all, one] = [await best(ROUNDS, many), await best(5, five)];
  await close();
  return { who, usPerStep: (all * 1_000) / (RUNS * STEPS), msForFive: one };
}

/** @param {number} rounds @param {() => Promise<unknown>} act @returns {Promise<number>} Milliseconds. */
async function best(rounds, act) {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await act();
    least = Math.min(least, performance.now() - startedAt);
  }
  return least;
}

/** @param {'normal' | 'strict'} durability @returns {Promise<Subject>} */
async function ours(durability) {
  const store = await openStore(path.join(folder, `${durability}.db`), { durability });
  /** @param {number} length */
  const chainOf = (length) =>
    define(
      Array.from({ length }, (_, task) => (task === 0 ? [] : [task - 1])),
      () => async () => output,
    );
  const [long, short] = [chainOf(STEPS), chainOf(5)];
  return {
    who: `wf-sdk, ${durability}`,
    many: () => Promise.all(Array.from({ length: RUNS }, () => run(long, undefined, { store }))),
    five: async () => run(short, undefined, { store }),
    close: () => store.close(),
  };
}

/** Its SQLite waits for the disk at every write, as ours does under `strict`. @returns {Promise<Subject>} */
async function peer() {
  const { OpenWorkflow } = /** @type {Peer} */ (await import(new URL('index.js', module).href));
  const { BackendSqlite } = /** @type {PeerStore} */ (await import(new URL('sqlite.js', module).href));
  const backend = BackendSqlite.connect(path.join(folder, 'peer.db'));
  const client = new OpenWorkflow({ backend });
  /** @type {(() => void)[]} */
  const waiting = [];
  /** @param {number} length */
  const chainOf = (length) =>
    client.defineWorkflow({ name: `chain-${length}` }, async ({ step }) => {
      for (let at = 0; at < length; at++) await step.run({ name: `s${at}` }, async () => output);
      waiting.shift()?.();
    });
  const [long, short] = [chainOf(STEPS), chainOf(5)];
  const worker = client.newWorker({ concurrency: RUNS });
  await worker.start();
  return {
    who: 'openworkflow',
    // Until the last step of each, as asking for results polls the store.
    many: async () => {
      const ended = Array.from(
        { length: RUNS },
        () => new Promise((resolve) => waiting.push(() => resolve(0))),
      );
      for (let at = 0; at < RUNS; at++) await long.run();
      await Promise.all(ended);
    },
    // As its user waits for it: it looks for results once in a second.
    five: async () => (await short.run()).result(),
    close: async () => {
      await worker.stop();
      await backend.stop();
    },
  };
}
