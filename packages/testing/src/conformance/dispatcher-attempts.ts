import { assert, assertSame } from './assert.ts';
import type { Rule } from './conformance.ts';
import { Dispatched, type DispatcherSubject, RUN } from './dispatch.ts';

const DISPATCH = 'Dispatcher: makes an attempt somewhere; the promise gives the handler’s output';
const REQUEST = 'DispatchRequest: one attempt to be made; what is in it can be cloned';
const LOG = 'DispatchObserver: hears what a dispatched attempt writes to its log';
const SLOTS =
  'Dispatcher.slots: how many attempts it makes at once; what is dispatched beyond that waits for its turn';

/** What a store has to keep, and a dispatcher to carry. */
function everyKind(): unknown {
  return {
    text: 'päper ⏱',
    numbers: [0, -0.5, Number.NaN, Number.POSITIVE_INFINITY],
    big: 2n ** 70n,
    nothing: [null, undefined],
    day: new Date(86_400_000.0),
    rows: new Map([['a', { ids: new Set([1, 2]) }]]),
    bytes: new Uint8Array([0, 128, 255]),
    flag: false,
  };
}

/** How a dispatcher makes attempts that go well. */
export const dispatcherAttempts: readonly Rule<DispatcherSubject>[] = [
  {
    name: 'gives the output of the handler',
    why: DISPATCH,
    async check(subject) {
      const output = await new Dispatched(subject, 'work', { input: { value: 'x' } }).output();
      assertSame(output, { by: 'work', value: 'x' }, 'the output');
      const nothing = await new Dispatched(subject, 'echo').output();
      assertSame(nothing, undefined, 'the output of a handler that gives nothing');
    },
  },
  {
    name: 'carries dates, maps, sets, bytes and big numbers there and back',
    why: `${REQUEST}. An output is JSON or Date, Map, Set, bigint, bytes, undefined, NaN`,
    async check(subject) {
      const output = await new Dispatched(subject, 'echo', { input: { value: everyKind() } }).output();
      assertSame(output, everyKind(), 'what came back');
    },
  },
  {
    name: 'tells the handler which attempt, item and run it is',
    why: `${REQUEST}: attempt, item, run, task; TaskContext.idempotencyKey is runId/taskId, and /item in a fan-out`,
    async check(subject) {
      const about = { attempt: 3, run: RUN, task: { id: 'about' }, aborted: false };
      const item = await new Dispatched(subject, 'about', { attempt: 3, item: 0 }).output();
      assertSame(item, { ...about, idempotencyKey: 'r1/about/0' }, 'what the handler of an item saw');
      const whole = await new Dispatched(subject, 'about', { attempt: 3 }).output();
      assertSame(whole, { ...about, idempotencyKey: 'r1/about' }, 'what the handler saw');
    },
  },
  {
    name: 'hands the handler the secrets of the request, and no others',
    why: `${REQUEST}: secrets is what the handler reads as ctx.secrets; absent where the task names none`,
    async check(subject) {
      const secrets = { API_TOKEN: 'a token' };
      const given = await new Dispatched(subject, 'secret', { secrets }).output();
      assertSame(given, secrets, 'the secrets of the handler');
      assertSame(
        await new Dispatched(subject, 'secret').output(),
        {},
        'the secrets of a handler without any',
      );
    },
  },
  {
    name: 'tells each line of the log, in order, before the attempt ends',
    why: LOG,
    async check(subject) {
      const dispatched = new Dispatched(subject, 'log');
      const lines = dispatched.ended.then(() => [...dispatched.lines]);
      await dispatched.output();
      const expected = [
        { level: 'debug', message: 'plain', fields: undefined },
        { level: 'info', message: 'with fields', fields: { count: 2, nested: { list: ['a', null] } } },
        { level: 'warn', message: 'several\nlines', fields: undefined },
        { level: 'error', message: 'last', fields: {} },
      ];
      assertSame(await lines, expected, 'the log when the attempt had ended');
    },
  },
  {
    name: 'keeps attempts that are made at once apart',
    why: `${DISPATCH}. ${LOG}`,
    async check(subject) {
      const names = ['a', 'b', 'c', 'd'];
      const all = names.map((value) => new Dispatched(subject, 'work', { input: { value, ms: 10 } }));
      for (const [place, dispatched] of all.entries()) {
        const value = names[place];
        assertSame(await dispatched.output(), { by: 'work', value }, `the output of attempt ${place}`);
        const said = dispatched.lines.map(({ message, fields }) => [message, fields]);
        const expected = [
          ['begun', { value }],
          ['ended', { value }],
        ];
        assertSame(said, expected, `the log of attempt ${place}`);
      }
    },
  },
  {
    name: 'makes as many attempts at once as it has slots',
    why: SLOTS,
    async check(subject) {
      const { slots = Number.POSITIVE_INFINITY } = subject.dispatcher;
      assert(
        slots === Number.POSITIVE_INFINITY || (Number.isInteger(slots) && slots >= 1),
        `slots is ${slots}, not a whole number from 1`,
      );
      const many = Math.min(slots, 3);
      const held = Array.from({ length: many }, () => new Dispatched(subject, 'heed'));
      for (const dispatched of held) await dispatched.heard('begun');
      for (const dispatched of held) dispatched.abort(new Error('enough'));
      for (const dispatched of held) await dispatched.rejection();
    },
  },
  {
    name: 'has what is beyond its slots wait, and makes it in the end',
    why: SLOTS,
    async check(subject) {
      const { slots = Number.POSITIVE_INFINITY } = subject.dispatcher;
      let [now, most] = [0, 0];
      const many = Number.isFinite(slots) ? 2 * slots + 1 : 7;
      const input = { value: 'x', ms: 10 };
      const all = Array.from({ length: many }, () => new Dispatched(subject, 'work', { input }));
      for (const dispatched of all)
        dispatched.listen(({ message }) => {
          now += message === 'begun' ? 1 : -1;
          most = Math.max(most, now);
        });
      for (const dispatched of all) await dispatched.output();
      assert(most <= slots, `slots is ${slots}, and ${most} attempts were made at once`);
    },
  },
];
