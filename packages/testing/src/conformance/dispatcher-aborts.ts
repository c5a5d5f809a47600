import { CancelledError, TimeoutError } from '@wf-sdk/core';
import { assert, assertSame, show } from './assert.ts';
import type { Rule } from './conformance.ts';
import { Dispatched, type DispatcherSubject } from './dispatch.ts';

const ABORTED = 'Dispatcher: once the signal is aborted nothing of the attempt goes on';
const REASON = 'The promise then rejects with the reason of the signal';

/** What becomes of an attempt whose signal is aborted. */
export const dispatcherAborts: readonly Rule<DispatcherSubject>[] = [
  {
    name: 'does not begin what was aborted before',
    why: `${ABORTED}. ${REASON}`,
    async check(subject) {
      const reason = new CancelledError('before');
      const controller = new AbortController();
      controller.abort(reason);
      const dispatched = new Dispatched(subject, 'work', {}, controller);
      assertIs(await dispatched.rejection(), reason);
      await new Dispatched(subject, 'work').output();
      assertSame(dispatched.messages, [], 'the log of what was never to begin');
    },
  },
  {
    name: 'tells the handler that it is aborted and why, and rejects with the reason',
    why: `TaskContext.signal: aborted, its reason a TimeoutError, DeadlineError or CancelledError. ${REASON}`,
    async check(subject) {
      for (const reason of [new CancelledError('enough'), new TimeoutError('heed', 1, 50)]) {
        const dispatched = new Dispatched(subject, 'heed');
        await dispatched.heard('begun');
        dispatched.abort(reason);
        assertIs(await dispatched.rejection(), reason);
        const { name, message, code } = reason;
        const heard = dispatched.lines.find((line) => line.message === 'aborted')?.fields;
        assertSame(heard, { name, message, code }, 'the reason that the handler saw');
      }
    },
  },
  {
    name: 'lets a handler clean up when the run is cancelled, for as long as graceMs says',
    why: 'DispatchRequest.graceMs: how long the handler may take to end once the run is cancelled',
    async check(subject) {
      const dispatched = new Dispatched(subject, 'heed', { input: { ms: 400 }, graceMs: 20_000 });
      await dispatched.heard('begun');
      const reason = new CancelledError('enough');
      dispatched.abort(reason);
      assertIs(await dispatched.rejection(), reason);
      assertSame(dispatched.messages, ['begun', 'aborted', 'cleaned up'], 'its log when it was rejected');
    },
  },
  {
    name: 'drops what a handler gives after that',
    why: `${REASON}, whatever the handler gives`,
    async check(subject) {
      const dispatched = new Dispatched(subject, 'defy');
      await dispatched.heard('begun');
      const reason = new TimeoutError('defy', 1, 50);
      dispatched.abort(reason);
      assertIs(await dispatched.rejection(), reason);
    },
  },
  {
    name: 'takes what is aborted while it waits for its turn out of the line',
    why: `${ABORTED}. Dispatcher.slots: what is dispatched beyond that waits for its turn`,
    async check(subject) {
      const { slots = 0 } = subject.dispatcher;
      const held = Array.from({ length: slots }, () => new Dispatched(subject, 'heed'));
      for (const dispatched of held) await dispatched.heard('begun');
      const controller = new AbortController();
      const waiting = new Dispatched(subject, 'work', {}, controller);
      const reason = new CancelledError('while it waits');
      controller.abort(reason);
      assertIs(await waiting.rejection(), reason);
      for (const dispatched of held) dispatched.abort(new CancelledError('enough'));
      for (const dispatched of held) await dispatched.ended;
      await new Dispatched(subject, 'work').output();
      if (slots > 0) assertSame(waiting.messages, [], 'the log of what never had its turn');
    },
  },
  {
    name: 'is not harmed by a signal that is aborted after the end',
    why: 'Dispatcher: the signal is that of one attempt',
    async check(subject) {
      const dispatched = new Dispatched(subject, 'work');
      await dispatched.output();
      dispatched.abort(new CancelledError('too late'));
      const next = await new Dispatched(subject, 'echo', { input: { value: 1 } }).output();
      assertSame(next, 1, 'the output of the attempt after it');
      assertSame(dispatched.messages, ['begun', 'ended'], 'the log of the attempt');
    },
  },
];

function assertIs(error: unknown, reason: Error): void {
  assert(error === reason, `it was rejected with ${show(error)}, and not with the reason: ${show(reason)}`);
}
