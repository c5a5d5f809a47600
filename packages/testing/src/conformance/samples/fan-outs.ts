import { workflow } from '@wf-sdk/core';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { Sample } from './sample.ts';

async function* rows(clock: VirtualClock): AsyncGenerator<number> {
  for (let row = 0; row < 5; row++) {
    await clock.sleep('1s');
    yield row;
  }
}

/** Items that succeed, are tried again and fail; a source that does not say how many there are; no items at all. */
export const fanOuts: Sample = {
  name: 'fan-outs',
  shows: 'items that succeed, are tried again and fail; sources that say how many there are and that do not',
  workflow: (clock) =>
    workflow('thumbnails')
      .addTask('pictures')
      .run(() => ['a.png', 'b.png', 'c.txt'])
      .addTask('thumbs')
      .dependsOn('pictures')
      .forEach(({ pictures }) => pictures, { concurrency: 2, join: 'allSettled' })
      .retry({ attempts: 2, delay: '5s' })
      .run(async ({ item, index }, { attempt, log }) => {
        await clock.sleep((3 - index) * 1_000);
        log.info('drawing', { item });
        if (item.endsWith('.txt')) throw new TypeError(`${item} is no picture`);
        if (index === 1 && attempt === 1) throw new Error('the disk is busy');
        return item.length;
      })
      .addTask('rows')
      .forEach(() => rows(clock), { collect: false, join: { tolerate: '50%' } })
      .run(({ item }) => {
        if (item === 3) throw new RangeError('row 3');
      })
      .addTask('none')
      .forEach((): readonly string[] => [])
      .run(({ item }) => item)
      .addTask('builds')
      .matrix({ os: ['linux', 'macos'], node: [20, 24] })
      .run(({ matrix }) => `${matrix.os} ${matrix.node}`),
};

/** One item's failure fails the task, and what depends on it is not run. */
export const failedFanOut: Sample = {
  name: 'failed-fan-out',
  shows: 'an item that fails its task while others run, and a task that is not run because of it',
  workflow: (clock) =>
    workflow('uploads')
      .addTask('upload')
      .forEach(() => [1, 2, 3])
      .run(async ({ item }) => {
        await clock.sleep(item * 1_000);
        if (item === 2) throw new Error('refused');
        return item;
      })
      .addTask('announce')
      .dependsOn('upload')
      .run(({ upload }) => upload.length)
      .addTask('tolerant')
      .forEach(() => [1, 2], { join: { tolerate: 0 } })
      .run((): number => {
        throw new Error('neither');
      }),
};
