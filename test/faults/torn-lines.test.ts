import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { readEventLines } from 'wf-sdk';
import { seededRandom } from 'wf-sdk/testing';
import { command, type Sandbox, test } from '../e2e/sandbox.ts';

// A process is killed while it writes events, at moments that a seed decides. WF_FAULTS=100 tries as many.

const seeds = Array.from({ length: Number(process.env['WF_FAULTS'] ?? 4) }, (_, place) => place + 1);

/** Lines from a hundred bytes to a megabyte, as fast as they can be made. */
const PIPELINE = `
import { workflow } from 'wf-sdk';
export default workflow('talks').addTask('talk').run(async (_, { log, signal }) => {
  for (let line = 0; !signal.aborted; line++) {
    log.info('x'.repeat(10 ** (2 + line % 5)), { line });
    if (line % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
});`;

/** Fails where a line but the last one is torn. */
async function countLines(sandbox: Sandbox, file: string): Promise<number> {
  let count = 0;
  for await (const { type, run } of readEventLines(createReadStream(sandbox.path(file)))) {
    expect([typeof type, run]).toEqual(['string', 'r']);
    count++;
  }
  return count;
}

describe.skipIf(process.platform === 'win32')('events of a process that is killed', () => {
  test.for(seeds)('are whole, but for the last at most (seed %i)', async (seed, { sandbox }) => {
    const random = seededRandom(seed);
    sandbox.write('pipeline.ts', PIPELINE);
    const shell = 'exec "$0" "$@" --json --events events.jsonl > printed.jsonl';
    const started = sandbox.startOther('sh', [
      '-c',
      shell,
      ...command,
      'run',
      'pipeline.ts',
      '--run-id',
      'r',
    ]);
    const begun = (): boolean =>
      existsSync(sandbox.path('events.jsonl')) && readFileSync(sandbox.path('events.jsonl')).length > 0;
    while (!begun()) await sleep(5);
    await sleep(random() * 100);
    started.kill('SIGKILL');
    expect((await started.ended).signal).toBe('SIGKILL');
    const whole = await countLines(sandbox, 'events.jsonl');
    expect(whole).toBeGreaterThan(2);
    // Each is printed before it is written, so that one more may be there.
    const printed = await countLines(sandbox, 'printed.jsonl');
    expect(Math.abs(printed - whole)).toBeLessThanOrEqual(1);
  });
});
