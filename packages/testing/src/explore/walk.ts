/** Something that can go in several ways: what it is about, and the ways, the plainest first. */
export interface Choice<Way> {
  readonly ways: readonly [Way, ...Way[]];
}

interface Taken<C> {
  readonly choice: C;
  way: number;
}

/**
 * Walks a tree of choices to each of its ends, once, by beginning anew for each: what was chosen on the way to the last
 * end is chosen again, but for the last choice that can still go another way. Which choices there are shows on the way.
 */
export class Walk<C extends Choice<unknown>> {
  /** In the order in which they were come to. */
  readonly #path: Taken<C>[] = [];
  readonly #taken = new Map<C, Taken<C>>();

  /** Which way it goes, now that it is come to. */
  take(choice: C): C['ways'][number] {
    let taken = this.#taken.get(choice);
    if (taken === undefined) {
      taken = { choice, way: 0 };
      this.#taken.set(choice, taken);
      this.#path.push(taken);
    }
    return choice.ways[taken.way] ?? choice.ways[0];
  }

  /** Which way it will go, if it is come to. */
  foresee(choice: C): C['ways'][number] {
    return choice.ways[this.#taken.get(choice)?.way ?? 0] ?? choice.ways[0];
  }

  /** What was come to, in order. */
  get path(): readonly C[] {
    return this.#path.map(({ choice }) => choice);
  }

  /** How many ways at the least are left from here. */
  get left(): number {
    return this.#path.reduce((sum, { choice, way }) => sum + choice.ways.length - 1 - way, 0);
  }

  /** Goes back to where there is another way. Says whether there was one. */
  turnBack(): boolean {
    for (let last = this.#path.at(-1); last !== undefined; last = this.#path.at(-1)) {
      if (last.way + 1 < last.choice.ways.length) {
        last.way++;
        return true;
      }
      this.#path.pop();
      this.#taken.delete(last.choice);
    }
    return false;
  }
}
