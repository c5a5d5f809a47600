import { expect } from 'vitest';
import { openStore } from 'wf-sdk/store';
import type { Sandbox } from './sandbox.ts';

/** The processes that drove the runs of a store are known to be dead: nobody has to wait until their leases run out. */
export async function bury(sandbox: Sandbox, file = '.wf/wf.db'): Promise<void> {
  const store = await openStore(sandbox.path(file));
  for (const { id, lease } of await store.list({ limit: Number.MAX_SAFE_INTEGER }))
    if (lease !== undefined) await store.release(id, lease.owner);
  await store.close();
}

/** Waits until the log of run `one` has an event of this type about this task. */
export async function keptEvent(sandbox: Sandbox, type: string, task: string): Promise<void> {
  const store = await openStore(sandbox.path('.wf/wf.db'), { readOnly: true });
  await expect
    .poll(() => store.read('one'), { timeout: 10_000 })
    .toContainEqual(expect.objectContaining({ type, task }));
  await store.close();
}

/** The lines of a file of the project that tasks write to, in order. */
export function linesOf(sandbox: Sandbox, name: string): string[] {
  return sandbox.has(name) ? sandbox.read(name).trimEnd().split('\n') : [];
}

/** JSON lines that a command printed. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** `a` to `d`, one after the other, each of which writes down that it ran; `c` goes on only where there is a file `go`. */
export const CHAIN = `import { workflow } from 'wf-sdk';
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const ran = (task: string) => appendFileSync('ran', task + '\\n');
export default workflow('chain')
  .addTask('a').run((_, { log }) => { ran('a'); log.info('counted', { rows: 3 }); return 1; })
  .addTask('b').dependsOn('a').run(({ a }) => { ran('b'); return a + 1; })
  .addTask('c').dependsOn('b').run(async ({ b }, { signal, log }) => {
    ran('c');
    log.info('c waits');
    while (!existsSync('go')) await sleep(5, undefined, { signal });
    return b + 1;
  })
  .addTask('d').dependsOn('c').run(({ c }) => { ran('d'); return c + 1; })
  .output(({ d }) => ({ d }));
`;

/** `review` waits for a person who says how many, unless it is asked again: then it knows. */
export const ASKS = `import { on, workflow } from 'wf-sdk';
import { appendFileSync } from 'node:fs';
import { z } from 'zod';
export default workflow('order')
  .addTask('price').run(() => { appendFileSync('ran', 'price\\n'); return 12; })
  .addTask('review').dependsOn('price').output(z.int().positive())
  .recover([on(Error).escalate('how many?')])
  .run((_, { attempt }) => { if (attempt === 1) throw new Error('large'); return 1; })
  .addTask('buy').dependsOn('review', 'price').run(({ review, price }) => review * price)
  .output(({ buy }) => ({ buy }));
`;
