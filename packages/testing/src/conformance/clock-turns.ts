import type { Clock } from '@wf-sdk/core';
import { stat } from 'node:fs';
import { setTimeout } from 'node:timers';
import { MessageChannel } from 'node:worker_threads';
import { realNow, within } from '../clock/real-time.ts';
import type { ClockSubject } from './clock-subject.ts';
import type { Rule } from './conformance.ts';
import { assert, assertSame } from './assert.ts';

const YIELD_TURN = 'Clock.yieldTurn: calls `callback` after pending I/O, timers and signals had their turn';

/** A turn that has not come by then, in real time, is lost. */
const LIMIT_MS = 1_000;

/** What a clock's turns have to do. */
export const clockTurns: readonly Rule<ClockSubject>[] = [
  {
    name: 'a turn comes after everything that is under way by promises',
    why: YIELD_TURN,
    async check({ clock }) {
      const order: string[] = [];
      const turn = turnsOf(clock, 1, () => order.push('turn'));
      order.push('caller');
      for (let step = 0; step < 3; step++) await Promise.resolve();
      order.push('promises');
      await turn;
      assertSame(order, ['caller', 'promises', 'turn'], 'the order of what happened');
    },
  },
  {
    name: 'turns are taken once each, in the order in which they were asked for',
    why: YIELD_TURN,
    async check({ clock }) {
      const order: string[] = [];
      clock.yieldTurn(() => {
        order.push('a');
        clock.yieldTurn(() => order.push('of a'));
      });
      clock.yieldTurn(() => order.push('b'));
      await turnsOf(clock, 3);
      assertSame(order, ['a', 'b', 'of a'], 'the order of the turns');
    },
  },
  {
    name: 'turn after turn leaves room for I/O and timers',
    why: YIELD_TURN,
    async check({ clock }) {
      const missing = new Set(['a timer of the process', 'a file', 'a message']);
      const { port1, port2 } = new MessageChannel();
      port1.once('message', () => missing.delete('a message'));
      port2.postMessage('');
      setTimeout(() => missing.delete('a timer of the process'), 1);
      stat('.', () => missing.delete('a file'));
      const since = realNow();
      while (missing.size > 0 && realNow() - since < LIMIT_MS) await turnsOf(clock, 1);
      port1.close();
      assert(missing.size === 0, `what had no turn for ${LIMIT_MS} ms: ${[...missing].join(', ')}`);
    },
  },
];

/** Settled after so many turns, one after the other. @throws Error when one does not come */
async function turnsOf(clock: Clock, many: number, onTurn = (): unknown => undefined): Promise<void> {
  for (let turn = 0; turn < many; turn++) {
    const taken = new Promise<void>((resolve) => {
      clock.yieldTurn(() => {
        onTurn();
        resolve();
      });
    });
    assert(await within(taken, LIMIT_MS), `a turn was asked for and did not come for ${LIMIT_MS} ms`);
    await taken;
  }
}
