import { compare } from '../measure.mjs';
import { peak } from '../peak.mjs';
import { layered } from '../shapes.mjs';
import { fanOut, loops, numbers, numbersLater } from '../subjects/items.mjs';
import { wfSdk, policies } from '../subjects/wf-sdk.mjs';
import { targets } from '../targets.mjs';

const ITEMS = 1_000_000;
const TIMED_ITEMS = 100_000;
/** How often it is looked what is held. */
const LOOKS = 20;

/**
 * What an item of a fan-out costs, and what is held in the midst of a million of them, and of a graph of 100,000 tasks.
 *
 * @type {import('../tables.mjs').Measure}
 */
export async function measure({ effort }) {
  const body = async () => undefined;
  const source = () => numbers(TIMED_ITEMS);
  const { us, ratio } = await compare(
    { tasks: TIMED_ITEMS, run: fanOut(source, body) },
    { tasks: TIMED_ITEMS, run: loops(source, body) },
    effort,
  );
  const few = await held(ITEMS / 100, numbers);
  const many = await held(ITEMS, numbers);
  const pulled = await held(ITEMS, numbersLater);
  const large = layered(1_000, 100);
  const tasks = await peak((look) => {
    let calls = 0;
    const looking = async () => {
      if (++calls % (large.length / LOOKS) === 0) look();
      return 1;
    };
    return wfSdk(policies.none)(large, looking)();
  });
  return {
    title: 'a million items',
    rows: [
      {
        label: 'an item / one of eight loops',
        measured: `${us.toFixed(2)} µs/item`,
        figure: ratio,
        unit: '×',
      },
      kilobytes('held among 10,000 items', few),
      kilobytes('held among 1,000,000 items', many, targets.heldKilobytes),
      kilobytes('held among 1,000,000, from an async iterable', pulled, targets.heldKilobytes),
      kilobytes('held in a run of 100,000 tasks, its definition included', tasks),
    ],
  };
}

/**
 * @param {number} items
 * @param {(items: number) => Iterable<number> | AsyncIterable<number>} source
 */
function held(items, source) {
  return peak((look) =>
    fanOut(
      () => source(items),
      async (item) => {
        if (item % (items / LOOKS) === 0) look();
      },
    )(),
  );
}

/** @param {string} label @param {number} bytes @param {import('../table.mjs').Target} [target] */
function kilobytes(label, bytes, target) {
  return { label, measured: '', figure: Math.round(bytes / 1_000), unit: ' kB', ...(target && { target }) };
}
