import { assert, assertSame } from './assert.ts';
import type { Rule } from './conformance.ts';
import { asError, Dispatched, type DispatcherSubject } from './dispatch.ts';

/** In the environment of the caller, and in no other. */
const OF_CALLER = 'WF_SDK_CONFORMANCE_CALLER';
const LIMIT_BYTES = 48_000_000;

/** What a dispatcher makes of the demands a task can have: it must not pass over them in silence. */
export const dispatcherDemands: readonly Rule<DispatcherSubject>[] = [
  {
    name: 'keeps a task to its memory, or refuses it',
    why: 'DispatchRequest.memoryBytes: the most its JavaScript heap may grow to. Who cannot see to that says so',
    async check(subject) {
      const { message } = asError(
        await new Dispatched(subject, 'hoard', { memoryBytes: LIMIT_BYTES }).rejection(),
      );
      assert(/memory/i.test(message), `the error does not say that it is about memory: ${message}`);
      const next = await new Dispatched(subject, 'echo', { input: { value: 1 } }).output();
      assertSame(next, 1, 'the output of the attempt after it');
    },
  },
  {
    name: 'gives a task its environment and no other, or refuses it',
    why: 'DispatchRequest.env: its environment variables. Who cannot see to that says so',
    async check(subject) {
      process.env[OF_CALLER] = 'here';
      try {
        const dispatched = new Dispatched(subject, 'environment', { env: { WF_SDK_ONLY: 'this' } });
        const ending = await dispatched.ended;
        if (ending.type === 'rejected') {
          const { message } = asError(ending.error);
          assert(/\benv/i.test(message), `the error does not say that it is about env: ${message}`);
          return;
        }
        const seen = ending.output as Readonly<Record<string, string>>;
        assertSame(seen['WF_SDK_ONLY'], 'this', 'the variable that was given');
        assertSame(seen[OF_CALLER], undefined, 'a variable of the caller that was not given');
      } finally {
        delete process.env[OF_CALLER];
      }
    },
  },
];
