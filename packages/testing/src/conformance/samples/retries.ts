import { workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** Attempts that fail, wait and time out; a log; an SLA that is missed; a fallback. */
export const retries: Sample = {
  name: 'retries',
  shows: 'attempts that fail and time out, lines of the log, a missed SLA, a fallback',
  input: { customer: 'Zoë & Söhne' },
  workflow: (clock) =>
    workflow<{ readonly customer: string }>('orders', {
      version: '2.1.0',
      description: 'Orders of a customer',
    })
      .addTask('fetch')
      .retry({ attempts: 4, delay: '1m', jitter: 'equal' })
      .timeout('30s')
      .sla('2m')
      .run(async ({ input }, { attempt, log }) => {
        log.debug(`attempt ${attempt}`);
        if (attempt === 1) throw new TypeError('the service does not answer\n  (it was asked twice)');
        if (attempt === 2) await clock.sleep('1m');
        if (attempt === 3) throw new AggregateError([new Error('one'), new Error('two')], 'several');
        log.warn('it took a while', { customer: input.customer, attempts: attempt });
        return [{ id: 1, total: 19.9 }];
      })
      .addTask('rate')
      .fallback(1)
      .run((_, { log }): number => {
        log.error('no rates', { at: new Date(0), why: new Error('closed') });
        throw new Error('no rates today', { cause: new RangeError('a holiday') });
      })
      .addTask('sum')
      .dependsOn('fetch', 'rate')
      .run(({ fetch, rate }, { log }) => {
        log.info('summing');
        return fetch.reduce((sum, { total }) => sum + total * rate, 0);
      })
      .output(({ sum }) => sum),
};
