import { CancelledError, TimeoutError } from '@wf-sdk/core';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, assertSame } from './assert.ts';
import type { Rule } from './conformance.ts';
import { asError, Dispatched, type DispatcherSubject } from './dispatch.ts';
import { thisThread } from './dispatched.ts';

const ABORTED = 'Dispatcher: once the signal is aborted nothing of the attempt goes on';
/** So long a task goes on that nobody ends, and so long it is watched whether it does. */
const GOES_ON_MS = 2_000;
const WATCHED_MS = 60;

/** What a dispatcher has to do beside that makes attempts apart from its caller, whose own thread they cannot harm. */
export const isolationRules: readonly Rule<DispatcherSubject>[] = [
  endsWhatGoesOn('ends a handler that ignores its signal after a timeout', 'ignore', 'timeout'),
  endsWhatGoesOn(
    'ends a handler that ignores its signal when the grace period is over',
    'ignore',
    'cancelled',
  ),
  endsWhatGoesOn('ends a handler that leaves its thread no turn', 'block', 'timeout'),
  {
    name: 'gives the handler a copy of its data, and the caller one of the output',
    why: 'DispatchRequest: what is in it can be cloned or sent',
    async check(subject) {
      const value = { rows: [1] };
      const output = await new Dispatched(subject, 'echo', { input: { value } }).output();
      assertSame(output, value, 'what came back');
      assert(output !== value, 'what came back is the very object that was sent');
    },
  },
  {
    name: 'names what in the data or the output cannot be sent',
    why: 'What cannot cross fails with the path to it',
    async check(subject) {
      const value = { rows: [{ render: () => 1 }] };
      for (const dispatched of [
        new Dispatched(subject, 'echo', { input: { value } }),
        new Dispatched(subject, 'unsendable'),
      ]) {
        const { message } = asError(await dispatched.rejection());
        assert(/rows.*render/.test(message), `the error does not name rows[…].render: ${message}`);
      }
    },
  },
  {
    name: 'outlives a task that ends its process or thread, and so do the other attempts',
    why: 'IsolationError: the thread of an isolated task ended before the task did',
    async check(subject) {
      const { slots = 2 } = subject.dispatcher;
      const other = slots > 1 ? new Dispatched(subject, 'heed') : undefined;
      await other?.heard('begun');
      const error = asError(
        await new Dispatched(subject, 'exit', { input: { caller: thisThread() } }).rejection(),
      );
      assertSame(
        [error['code'], error['task']],
        ['isolation_failed', 'exit'],
        'the code and the task of the error',
      );
      const next = await new Dispatched(subject, 'echo', { input: { value: 1 } }).output();
      assertSame(next, 1, 'the output of the attempt after it');
      const reason = new CancelledError('enough');
      other?.abort(reason);
      if (other !== undefined) assertSame(await other.rejection(), reason, 'how the other attempt ended');
    },
  },
];

function endsWhatGoesOn(
  name: string,
  task: 'ignore' | 'block',
  why: 'timeout' | 'cancelled',
): Rule<DispatcherSubject> {
  return {
    name,
    why: `${ABORTED}. DispatchRequest.graceMs: how long the handler may take to end once the run is cancelled`,
    async check(subject) {
      const folder = await mkdtemp(join(tmpdir(), 'wf-sdk-conformance-'));
      try {
        const file = join(folder, 'beats');
        const dispatched = new Dispatched(subject, task, { input: { ms: GOES_ON_MS, file }, graceMs: 50 });
        await dispatched.heard('begun');
        const reason = why === 'timeout' ? new TimeoutError(task, 1, 50) : new CancelledError('enough');
        dispatched.abort(reason);
        const error = await dispatched.rejection();
        assert(error === reason, `it was not rejected with the reason but with ${String(error)}`);
        assert(!dispatched.messages.includes('ended'), 'it was left to go on to its own end');
        const before = [dispatched.lines.length, await sizeOf(file)];
        await sleep(WATCHED_MS);
        const after = [dispatched.lines.length, await sizeOf(file)];
        assertSame(after, before, 'lines of its log and of a file it writes, a while after it was rejected,');
      } finally {
        // A handler that should have ended may be writing there still.
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** Of a task that runs on another machine there is none. */
async function sizeOf(file: string): Promise<number> {
  return (await readFile(file).catch(() => '')).length;
}
