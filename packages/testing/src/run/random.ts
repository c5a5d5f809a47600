/** Chance that a seed decides: numbers between 0 and 1, 1 excluded. */
export type Random = () => number;

/** Chance that can be had again: the same seed gives the same numbers. For `random`, an option of `run()`. */
export function seededRandom(seed: number): Random {
  // "splitmix32": every seed, neighbours too, gives a sequence of its own.
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** One of them, by chance. */
export function pick<T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}
