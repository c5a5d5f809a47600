import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { type RunEvent } from 'wf-sdk';
import { test } from '../e2e/sandbox.ts';
import { seededRandom } from 'wf-sdk/testing';

// A process is killed at moments that a seed decides, again and again, until the run has ended. WF_FAULTS=100 tries as many
// seeds; FAULT_SEED=7 tries that one.

const seeds =
  process.env['FAULT_SEED'] === undefined
    ? Array.from({ length: Number(process.env['WF_FAULTS'] ?? 4) }, (_, place) => place + 1)
    : [Number(process.env['FAULT_SEED'])];

/** A run that is never left in peace for so many starts is then. */
const MOST_KILLS = 12;

/** Retries, a fan-out, a workflow below, a sleep, and a saga that is undone at the end. */
const PIPELINE = `
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflow } from 'wf-sdk';

const note = (what: string) => appendFileSync(new URL('calls.log', import.meta.url), what + '\\n');
const work = async (what: string, ms = 15) => {
  note('begin ' + what);
  await sleep(ms);
  note('end ' + what);
};

const child = workflow('child')
  .addTask('x').run(async () => { await work('child.x'); return 4; })
  .addTask('y').dependsOn('x').run(async ({ x }) => { await work('child.y'); return x + 1; })
  .output(({ y }) => y);

export default workflow('faulty')
  .addTask('first').run(async () => { await work('first'); return new Date(5); })
  .addTask('flaky').dependsOn('first').retry({ attempts: 4, delay: '20ms', backoff: 'constant' })
    .run(async (_, { attempt }) => {
      await work('flaky#' + attempt, 5);
      if (attempt < 4) throw new Error('try ' + attempt);
      return attempt;
    })
  .addTask('items').dependsOn('first').forEach(() => Array.from({ length: 30 }, (_, item) => item), { concurrency: 4 })
    .run(async ({ item }) => { await work('items[' + item + ']', 8); return item * item; })
  .addTask('below').dependsOn('first').runWorkflow(child)
  .addTask('nap').dependsOn('flaky').sleep('60ms')
  .addTask('seat').dependsOn('nap').compensate(async (seat: string) => { await work('undo ' + seat, 5); })
    .run(async () => { await work('seat'); return '12A'; })
  .addTask('pay').dependsOn('seat', 'items', 'below').run(async () => { await work('pay'); throw new Error('declined'); });
`;

describe('a run whose process is killed again and again', () => {
  test.for(seeds)(
    'ends right, and runs nothing again that had ended (seed %i)',
    async (seed, { sandbox }) => {
      const random = seededRandom(seed);
      sandbox.write('pipeline.ts', PIPELINE);
      let ended = await killed(
        sandbox.start(['run', 'pipeline.ts', '--durable', '--run-id', 'r', '--json']),
        220 + random() * 300,
      );
      let kills = 0;
      for (; ended.signal === 'SIGKILL'; kills++) {
        const args = (await isKept(sandbox))
          ? ['resume', 'r']
          : ['run', 'pipeline.ts', '--durable', '--run-id', 'r'];
        const started = sandbox.start([...args, '--json']);
        ended = kills < MOST_KILLS ? await killed(started, 220 + random() * 200) : await started.ended;
      }
      expect(ended.stderr + ended.stdout).toContain('declined');
      expect(ended.code).toBe(1);

      const { stdout } = await sandbox.run(['events', 'r', '--json']);
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as RunEvent);
      check(events);
      expect(events.filter(({ type }) => type === 'run.resumed').length).toBeLessThanOrEqual(2 * (kills + 1));
      const outputs = Object.fromEntries(
        events.flatMap((event) =>
          event.type === 'task.succeeded' && event.run === 'r' ? [[event.task, event.output]] : [],
        ),
      );
      expect(outputs).toMatchObject({
        flaky: 4,
        below: 5,
        seat: '12A',
        items: Array.from({ length: 30 }, (_, item) => item ** 2),
      });
      // What was under way at a kill is made again, so that there are as many more calls as there were kills, at most, of each.
      const calls = sandbox
        .read('calls.log')
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('end '));
      for (const item of new Set(calls))
        expect(calls.filter((call) => call === item).length).toBeLessThanOrEqual(kills + 1);
      expect(new Set(calls).size).toBe(1 + 4 + 30 + 2 + 1 + 1 + 1);
    },
  );
});

/** Whether the first process got as far as to keep the run. */
async function isKept(sandbox: {
  run(args: readonly string[]): Promise<{ readonly code: number | null }>;
}): Promise<boolean> {
  return (await sandbox.run(['status', 'r', '--json'])).code === 0;
}

async function killed(
  started: {
    readonly ended: Promise<{
      code: number | null;
      signal: NodeJS.Signals | null;
      stdout: string;
      stderr: string;
    }>;
    kill(signal: NodeJS.Signals): void;
  },
  afterMs: number,
): ReturnType<() => typeof started.ended> {
  await Promise.race([sleep(afterMs), started.ended]);
  started.kill('SIGKILL');
  return started.ended;
}

/** What must be true of a log whatever happened to those who wrote it. */
function check(events: readonly RunEvent[]): void {
  const ended = new Set<string>();
  for (const event of events) {
    if (!('task' in event)) continue;
    const task = `${event.run} ${event.task}`;
    const place = 'item' in event && event.item !== undefined ? `${task}[${event.item}]` : task;
    if (event.type === 'attempt.started' && (ended.has(task) || ended.has(place)))
      throw new Error(`${place} was run again`);
    if (event.type === 'compensation.started' && ended.has(`undone ${place}`))
      throw new Error(`${place} was undone again`);
    if (event.type === 'item.succeeded' || event.type === 'task.succeeded' || event.type === 'task.failed') {
      if (ended.has(place)) throw new Error(`${place} ended twice`);
      ended.add(place);
    }
    if (event.type === 'compensation.succeeded') ended.add(`undone ${place}`);
  }
  expect(events.filter((event) => event.type === 'run.finished' && event.run === 'r')).toHaveLength(1);
}
