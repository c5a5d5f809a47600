/**
 * Chance that can be had again: the same seed gives the same numbers. Source: mulberry32, by Tommy Ettinger.
 *
 * @param {number} seed
 * @returns {() => number} Evenly between 0 and 1, 1 excluded.
 */
export function seededRandom(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
