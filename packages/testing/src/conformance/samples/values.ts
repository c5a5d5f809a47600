import { workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** Outputs that JSON has no form for, and errors that are hard to show. */
export const values: Sample = {
  name: 'values',
  shows: 'outputs that JSON has no form for, errors that are none or go round in circles, odd texts',
  input: { day: new Date(0), ids: new Set([1n]), callback: (): void => undefined },
  options: { concurrency: 1 },
  workflow: () =>
    workflow('values')
      .addTask('nothing')
      .run(() => undefined)
      .addTask('kinds')
      .run(() => ({
        big: 2n ** 64n,
        numbers: [Number.NaN, Number.POSITIVE_INFINITY, -0],
        rows: new Map([[{ id: 1 }, new Set(['a'])]]),
        bytes: new Uint8Array([0, 255]),
        bare: Object.create(null) as unknown,
        symbol: Symbol('s'),
        call: (): number => 1,
      }))
      .addTask('circle')
      .run((_, { log }) => {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        log.info('a circle', { circle, big: 1n });
        return circle;
      })
      .addTask('long')
      .run((_, { log }) => {
        log.info(`\u001b[31mred\u001b[0m\r\n\t${'🍎'.repeat(500)} </script> \ud800`);
        return 'x'.repeat(10_000);
      })
      .addTask('thrown')
      .run(() => {
        // oxlint-disable-next-line typescript/only-throw-error -- a handler can
        throw null;
      })
      .addTask('round')
      .run(() => {
        const error = new Error('');
        error.name = '';
        error.cause = new Error('round', { cause: error });
        throw error;
      })
      .addTask('bare')
      .run(() => {
        const error = new Error('without a stack');
        Object.defineProperty(error, 'stack', { value: undefined });
        throw Object.assign(error, { response: { status: 503, retries: 3n } });
      }),
};
