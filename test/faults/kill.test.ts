import { describe, expect } from 'vitest';
import { type RunEvent } from 'wf-sdk';
import { test } from '../e2e/sandbox.ts';
import { seededRandom } from 'wf-sdk/testing';
import { checkLog, isKept, killed, MOST_KILLS, seedsOf } from './killing.ts';

// A process is killed at moments that a seed decides, again and again, until the run has ended. WF_FAULTS=100 tries as many
// seeds; FAULT_SEED=7 tries that one.

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
  test.for(seedsOf(4))(
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
      checkLog(events);
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
