import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RunEvent } from 'wf-sdk';

/** Which seeds are tried: those that the environment asks for, else the first so many. */
export function seedsOf(count: number): readonly number[] {
  const { FAULT_SEED, WF_FAULTS } = process.env;
  if (FAULT_SEED !== undefined) return [Number(FAULT_SEED)];
  return Array.from({ length: Number(WF_FAULTS ?? count) }, (_, place) => place + 1);
}

/** A run that is never left in peace for so many starts is then. */
export const MOST_KILLS = 12;

/** Whether the first process got as far as to keep the run. */
export async function isKept(sandbox: {
  run(args: readonly string[]): Promise<{ readonly code: number | null }>;
}): Promise<boolean> {
  return (await sandbox.run(['status', 'r', '--json'])).code === 0;
}

export async function killed(
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
export function checkLog(events: readonly RunEvent[]): void {
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
