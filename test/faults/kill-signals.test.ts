import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { readLog, type RunEvent, type RunMessage, send } from 'wf-sdk';
import { openStore, type SqliteStore } from 'wf-sdk/store';
import { seededRandom } from 'wf-sdk/testing';
import { type Sandbox, test } from '../e2e/sandbox.ts';
import { checkLog, killed, MOST_KILLS, seedsOf } from './killing.ts';

// A process is killed at moments that a seed decides, while others say things to its run: before the task waits, while it does,
// and while no process drives the run. FAULT_SEED and WF_FAULTS as in kill.test.ts.

/** Signals for one task, for several under one name, and for a workflow below; a person is asked; attempts are made again. */
const PIPELINE = `
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { on, workflow } from 'wf-sdk';
import { z } from 'zod';

const work = async (what: string, ms = 25) => {
  await sleep(ms);
  appendFileSync(new URL('calls.log', import.meta.url), what + '\\n');
};

const child = workflow('child')
  .addTask('before').run(() => work('child.before'))
  .addTask('told').dependsOn('before').waitForSignal('below', z.int())
  .output(({ told }) => told);

export default workflow('signalled')
  .addTask('first').run(() => work('first', 40))
  .addTask('early').dependsOn('first').waitForSignal('early', z.int())
  .addTask('one').dependsOn('first').waitForSignal('part', z.int())
  .addTask('two').dependsOn('early').waitForSignal('part', z.int())
  .addTask('flaky').dependsOn('one').retry({ attempts: 3, delay: '20ms', backoff: 'constant' })
    .run(async (_, { attempt }) => {
      await work('flaky#' + attempt, 10);
      if (attempt < 3) throw new Error('try ' + attempt);
    })
  .addTask('review').dependsOn('early').output(z.int()).recover([on(Error).escalate('how many?')])
    .run(async () => { await work('review'); throw new Error('large'); })
  .addTask('below').dependsOn('first').runWorkflow(child)
  .addTask('paid').dependsOn('review', 'flaky').waitForSignal('paid', z.int())
  .addTask('sum').dependsOn('early', 'one', 'two', 'review', 'below', 'paid')
    .run(async ({ early, one, two, review, below, paid }) => {
      await work('sum');
      return early + one + two + review + below + paid;
    })
  .output(({ sum }) => sum);
`;

interface Said {
  readonly run: string;
  readonly message: RunMessage;
}

const signal = (name: string, value: number, run = 'r'): Said => ({
  run,
  message: { type: 'signal', name, value },
});

const SIGNALS: readonly Said[] = [
  signal('early', 1),
  signal('part', 10),
  signal('part', 20),
  signal('paid', 300),
  signal('below', 4_000, 'r~below'),
];
const APPROVED = 50_000;

describe('a run that hears from other processes while its own is killed again and again', () => {
  test.for(seedsOf(3))('takes each signal once, and ends right (seed %i)', async (seed, { sandbox }) => {
    const random = seededRandom(seed);
    sandbox.write('pipeline.ts', PIPELINE);
    const store = await openStore(sandbox.path('wf.db'));
    try {
      const people = new People(store, sandbox, random);
      const args = ['--store', 'wf.db', '--json', '--wait'];
      for (let kills = 0; (await store.find('r'))?.state !== 'succeeded'; kills++) {
        const how =
          (await store.find('r')) === undefined ? ['run', 'pipeline.ts', '--run-id', 'r'] : ['resume', 'r'];
        const started = sandbox.start([...how, ...args]);
        // The first may be killed before anything is said to it, the others while that happens.
        const talk = people.talk(started.ended);
        const dies = kills < MOST_KILLS;
        const ended = dies ? await killed(started, 200 + random() * 220) : await started.ended;
        expect(ended.signal === 'SIGKILL' ? 0 : ended.code, ended.stderr).toBe(0);
        await talk;
        expect(await store.check()).toEqual([]);
        // Nobody drives the run now.
        if (random() < 0.6) await people.say();
      }
      await checkRun(store);
      const calls = sandbox.read('calls.log').trim().split('\n');
      expect(new Set(calls)).toEqual(
        new Set(['first', 'child.before', 'flaky#1', 'flaky#2', 'flaky#3', 'review', 'sum']),
      );
    } finally {
      await store.close();
    }
  });
});

/** Those who say something to the run: in an order that a seed decides, each signal once. */
class People {
  readonly #store: SqliteStore;
  readonly #sandbox: Sandbox;
  readonly #random: () => number;
  readonly #left: Said[];

  constructor(store: SqliteStore, sandbox: Sandbox, random: () => number) {
    this.#store = store;
    this.#sandbox = sandbox;
    this.#random = random;
    const places = SIGNALS.map((said) => ({ said, place: random() }));
    this.#left = places.toSorted((one, other) => one.place - other.place).map(({ said }) => said);
  }

  /** Says things for as long as a process drives the run. */
  async talk(ended: Promise<unknown>): Promise<void> {
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!isOver) {
      await sleep(30 + this.#random() * 120);
      await this.say();
    }
  }

  /** Sends the next signal, or decides what waits for a person. Nothing, where the run that it is for is not there yet. */
  async say(): Promise<void> {
    if ((await this.#store.find('r')) === undefined) return;
    if (await this.#waitsForPerson()) {
      // It may be said twice, if the first was not heard yet: the second is refused.
      await send(this.#store, 'r', { type: 'approve', task: 'review', value: APPROVED });
    }
    const next = this.#left.shift();
    if (next === undefined) return;
    if ((await this.#store.find(next.run)) === undefined) this.#left.push(next);
    else if (this.#random() < 0.8) await send(this.#store, next.run, next.message, { by: 'somebody' });
    else await this.#sayByCommand(next);
  }

  /** What the command says it has sent is there for good. */
  async #sayByCommand({ run, message }: Said): Promise<void> {
    if (message.type !== 'signal') return;
    const { name, value } = message;
    const args = ['signal', run, name, String(value), '--store', 'wf.db', '--json'];
    const { code, stderr } = await this.#sandbox.run(args);
    expect(code, stderr).toBe(0);
  }

  async #waitsForPerson(): Promise<boolean> {
    const last = (await eventsOf(this.#store, 'r')).findLast(
      (event) => 'task' in event && event.task === 'review',
    );
    return last?.type === 'task.waiting';
  }
}

async function eventsOf(store: SqliteStore, run: string): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readLog(store, run)) events.push(event);
  return events;
}

async function checkRun(store: SqliteStore): Promise<void> {
  const events = [...(await eventsOf(store, 'r')), ...(await eventsOf(store, 'r~below'))];
  checkLog(events);
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: 'succeeded' });
  const outputs = new Map(
    events.flatMap((event) => (event.type === 'task.succeeded' ? [[event.task, event.output]] : [])),
  );
  expect(outputs.get('sum')).toBe(1 + 10 + 20 + 300 + 4_000 + APPROVED);
  // Which of the two has which depends on who waited when they came.
  expect(new Set([outputs.get('one'), outputs.get('two')])).toEqual(new Set([10, 20]));

  for (const run of ['r', 'r~below']) {
    const own = events.filter((event) => event.run === run);
    const sent = SIGNALS.filter((said) => said.run === run).length;
    const numbers = Array.from({ length: sent }, (_, place) => place + 1);
    const came = own.flatMap((event) => (event.type === 'run.signalled' ? [event.number] : []));
    const taken = own.flatMap((event) =>
      event.type === 'task.succeeded' && event.signal !== undefined ? [event.signal.number] : [],
    );
    expect(came, `the signals of ${run}, each once`).toEqual(numbers);
    expect(
      taken.toSorted((one, other) => one - other),
      `those that were taken, each once`,
    ).toEqual(numbers);
    const heard = own.flatMap((event) =>
      event.type === 'run.told' && event.refused === undefined ? [event.message] : [],
    );
    expect(new Set(heard).size, `messages to ${run} that were heard twice`).toBe(heard.length);
  }
  expect(events.filter(({ type }) => type === 'task.decided')).toHaveLength(1);
}
