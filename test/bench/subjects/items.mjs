import { run, workflow } from 'wf-sdk';

/** Items under way at once. */
const SLOTS = 8;

/** @typedef {(item: number) => unknown} ItemBody */

/** @param {number} items */
export function* numbers(items) {
  for (let item = 0; item < items; item++) yield item;
}

/** @param {number} items */
export async function* numbersLater(items) {
  for (let item = 0; item < items; item++) yield item;
}

/**
 * So many items through a fan-out that keeps no outputs.
 *
 * @param {() => Iterable<number> | AsyncIterable<number>} source
 * @param {ItemBody} body
 */
export function fanOut(source, body) {
  const defined = workflow('items')
    .addTask('each')
    .forEach(source, { concurrency: SLOTS, collect: false })
    .run(({ item }) => body(item));
  return async () => {
    const { outcome, error } = await run(defined);
    if (outcome !== 'success') throw error;
  };
}

/**
 * The least that it takes: so many loops over one iterator.
 *
 * @param {() => Iterable<number>} source
 * @param {ItemBody} body
 */
export function loops(source, body) {
  return async () => {
    const iterator = source()[Symbol.iterator]();
    const loop = async () => {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) await body(next.value);
    };
    await Promise.all(Array.from({ length: SLOTS }, loop));
  };
}
