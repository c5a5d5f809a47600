/** A place in a line; give it back to `remove`. */
export interface Place<Value> {
  readonly value: Value;
  readonly priority: number;
  before: Place<Value> | undefined;
  after: Place<Value> | undefined;
  readonly rank: Rank<Value>;
}

/** Those of one priority, first come first. */
interface Rank<Value> {
  readonly priority: number;
  first: Place<Value> | undefined;
  last: Place<Value> | undefined;
}

/** A line in which the higher priority stands in front, and among equals who came first. One can leave from anywhere. */
export class PriorityLine<Value> {
  /** The highest priority last, where adding and removing is cheapest; none that is empty. */
  readonly #ranks: Rank<Value>[] = [];

  get first(): Place<Value> | undefined {
    return this.#ranks.at(-1)?.first;
  }

  add(value: Value, priority: number): Place<Value> {
    const rank = this.#rankOf(priority);
    const place: Place<Value> = { value, priority, before: rank.last, after: undefined, rank };
    if (rank.last === undefined) rank.first = place;
    else rank.last.after = place;
    rank.last = place;
    return place;
  }

  remove(place: Place<Value>): void {
    const { before, after, rank } = place;
    if (before === undefined) rank.first = after;
    else before.after = after;
    if (after === undefined) rank.last = before;
    else after.before = before;
    if (rank.first === undefined) this.#ranks.splice(this.#indexOf(rank.priority), 1);
  }

  #rankOf(priority: number): Rank<Value> {
    const index = this.#indexOf(priority);
    const found = this.#ranks[index];
    if (found?.priority === priority) return found;
    const rank = { priority, first: undefined, last: undefined };
    this.#ranks.splice(index, 0, rank);
    return rank;
  }

  /** Where the rank of a priority is, or would have to be. */
  #indexOf(priority: number): number {
    let low = 0;
    let high = this.#ranks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranks[middle]?.priority ?? priority) < priority) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
