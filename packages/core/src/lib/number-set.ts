/**
 * A set of the numbers from 0 up to a size that gives its least number quickly: bits in words of 32, and above them a
 * summary of the words that are not empty, and so on up to one word. Adding, removing and finding the least touch one
 * word on each floor: three for 32,768 numbers.
 */
export class NumberSet {
  readonly #floors: Uint32Array[] = [];
  #size = 0;

  constructor(capacity: number) {
    let words = capacity;
    do {
      words = (words + 31) >>> 5;
      this.#floors.push(new Uint32Array(words));
    } while (words > 1);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a number that is not in the set. */
  add(value: number): void {
    this.#size++;
    let bit = value;
    for (const words of this.#floors) {
      const word = bit >>> 5;
      const before = words[word] ?? 0;
      words[word] = before | (1 << (bit & 31));
      if (before !== 0) return;
      bit = word;
    }
  }

  /** Removes a number that is in the set. */
  delete(value: number): void {
    this.#size--;
    let bit = value;
    for (const words of this.#floors) {
      const word = bit >>> 5;
      const after = (words[word] ?? 0) & ~(1 << (bit & 31));
      words[word] = after;
      if (after !== 0) return;
      bit = word;
    }
  }

  /** Removes the least number and gives it; -1 if the set is empty. */
  takeLeast(): number {
    if (this.#size === 0) return -1;
    let word = 0;
    for (let floor = this.#floors.length - 1; floor >= 0; floor--) {
      const bits = this.#floors[floor]?.[word] ?? 0;
      word = (word << 5) | (31 - Math.clz32(bits & -bits));
    }
    this.delete(word);
    return word;
  }
}
