import { on, workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** Every action that a recovery rule can take, but the one that asks a person. */
export const recoveries: Sample = {
  name: 'recoveries',
  shows: 'recovery rules that retry, mend and retry, give a value, skip and fail',
  options: { onFailure: 'continue' },
  workflow: (clock) => {
    const mended = new Set<string>();
    const unless = (name: string, output: string): string => {
      if (mended.has(name)) return output;
      throw new Error(`${name} is broken`);
    };
    return workflow('repairs')
      .addTask('again')
      .recover([on(Error).retry({ delay: '1m', times: 2 })])
      .run((_, { attempt }) => {
        if (attempt === 1) throw new Error('not yet');
        return attempt;
      })
      .addTask('mended')
      .recover([
        on(Error).runThenRetry(async () => {
          await clock.sleep('10s');
          mended.add('it');
        }),
      ])
      .run(() => unless('it', 'works'))
      .addTask('value')
      .recover([on('E_NEVER').skip(), on(Error).value('a stand-in')])
      .run(() => unless('value', 'never'))
      .addTask('skipped')
      .recover([on(Error).skip()])
      .run(() => unless('skipped', 'never'))
      .addTask('failed')
      .recover([on(Error).fail((cause) => new TypeError('put in other words', { cause }))])
      .run(() => unless('failed', 'never'));
  },
};
