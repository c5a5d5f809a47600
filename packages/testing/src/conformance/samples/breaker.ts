import { workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** A breaker that opens, lets a probe through and closes, while a task waits for it and another fails at it. */
export const breaker: Sample = {
  name: 'breaker',
  shows:
    'a breaker that opens, half-opens and closes; a task that waits for it, one that fails at it; a sleep',
  workflow: () => {
    const options = { name: 'payments', minimumCalls: 2, resetAfter: '30s' } as const;
    let calls = 0;
    return workflow('payments')
      .addTask('charge')
      .retry({ attempts: 5, delay: '1s' })
      .breaker(options)
      .run(() => {
        if (++calls <= 3) throw new Error('the payment service is down');
        return 'paid';
      })
      .addTask('pause')
      .sleep('5s')
      .addTask('refund')
      .dependsOn('pause')
      .breaker({ ...options, whenOpen: 'fail' })
      .run(() => 'refunded');
  },
};
