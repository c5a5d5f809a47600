import type {
  Append,
  Lease,
  LogEntry,
  NewLogEntry,
  NewMessage,
  NewRun,
  Store,
  StoredRun,
} from '@wf-sdk/core';

/** An instant; the stores know no clock. */
export const NOON = 1_800_000_000_000;

export const LEASE: Lease = { owner: 'one', until: NOON + 1_000 };

export function newRun(id: string, more: Partial<NewRun> = {}): NewRun {
  return { id, workflow: 'orders', version: '1', structure: 's1', createdAt: NOON, ...more };
}

export function entry(body: string, more: Partial<NewLogEntry> = {}): NewLogEntry {
  return { type: 'task.succeeded', at: NOON, body, ...more };
}

/** Adds texts to a run's log. */
export function append(
  run: string,
  expected: number,
  texts: readonly string[],
  more: Partial<Append> = {},
): Append {
  return { run, expected, entries: texts.map((text) => entry(text)), state: 'running', ...more };
}

export function message(id: string, more: Partial<NewMessage> = {}): NewMessage {
  return { id, type: 'signal', at: NOON, body: '{}', ...more };
}

export async function texts(store: Store, run: string): Promise<readonly string[]> {
  return (await store.read(run)).map(({ body }) => body);
}

export function ids(runs: readonly StoredRun[]): readonly string[] {
  return runs.map(({ id }) => id);
}

export function numbers(entries: readonly Pick<LogEntry, 'seq'>[]): readonly number[] {
  return entries.map(({ seq }) => seq);
}

/** Larger than what any store would keep among small things. */
export function largeText(seed: string): string {
  return `${seed} ${'0123456789 äöü € 😀\n'.repeat(40_000)}`;
}
