import { zeros } from './zeros.ts';

/**
 * A set of the numbers from 0 up to a size that gives its least number quickly: bits in words of 32, and above them a
 * summary of the words that are not empty, and so on up to one word. Adding, removing and finding the least touch one
 * word on each floor: three for 32,768 numbers.
 */
export class NumberSet {
  readonly #floors: number[][];
  #size = 0;

  constructor(capacity: number) {
    let words = (capacity + 31) >>> 5;
    this.#floors = [zeros(words)];
    while (words > 1) {
      words = (words + 31) >>> 5;
      this.#floors.push(zeros(words));
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a number that is not in the set. */
  add(value: number): void {
    this.#size++;
    const floors = this.#floors;
    let bit = value;
    for (let floor = 0; floor < floors.length; floor++) {
      const words = floors[floor] as number[];
      const word = bit >>> 5;
      const before = words[word] as number;
      words[word] = before | (1 << (bit & 31));
      if (before !== 0) return;
      bit = word;
    }
  }

  /** Removes a number that is in the set. */
  delete(value: number): void {
    this.#size--;
    const floors = this.#floors;
    let bit = value;
    for (let floor = 0; floor < floors.length; floor++) {
      const words = floors[floor] as number[];
      const word = bit >>> 5;
      const after = (words[word] as number) & ~(1 << (bit & 31));
      words[word] = after;
      if (after !== 0) return;
      bit = word;
    }
  }

  /** Removes the least number and gives it; -1 if the set is empty. */
  takeLeast(): number {
    if (this.#size === 0) return -1;
    const floors = this.#floors;
    let word = 0;
    for (let floor = floors.length - 1; floor >= 0; floor--) {
      const bits = (floors[floor] as number[])[word] as number;
      word = (word << 5) | (31 - Math.clz32(bits & -bits));
    }
    this.delete(word);
    return word;
  }
}
