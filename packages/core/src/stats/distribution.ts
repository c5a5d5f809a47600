/** Up to so many values are kept as they are. */
const EXACT = 2_048;
/** Each bucket is so much wider than the one before it. */
const GROWTH = 1.01;
const LOG_GROWTH = Math.log(GROWTH);

/** What is known of many values, durations in milliseconds for instance. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** So many in a hundred values are not larger: nearest rank, so always one of the values. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** `false`: there were so many values that the percentiles are up to 0.5 % off. All else is always exact. */
  readonly exact: boolean;
}

/**
 * Values that are counted in bounded memory, at most some 30 KB: up to 2,048 as they are, and from then on in buckets that are
 * 1 % wide, so that a percentile is off by half a percent at most, whatever the values are.
 *
 * Source: Masson, Rim, Lee: DDSketch, a fast and fully-mergeable quantile sketch with relative-error guarantees (2019)
 */
export class Values {
  #values: number[] | undefined = [];
  /** How many values lie in each bucket, by its number; those below 1 in the bucket `ZERO`. */
  #buckets: Map<number, number> | undefined;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** What is less than nothing, because a clock was put back, counts as nothing. */
  add(given: number): void {
    const value = Math.max(0, given);
    this.#count++;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (this.#values === undefined) return this.#put(value);
    this.#values.push(value);
    if (this.#values.length <= EXACT) return;
    const values = this.#values;
    this.#values = undefined;
    for (const each of values) this.#put(each);
  }

  #put(value: number): void {
    const bucket = bucketOf(value);
    this.#buckets ??= new Map();
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  /** Nothing, where there were no values. */
  distribution(): Distribution | undefined {
    if (this.#count === 0) return undefined;
    const [p50 = 0, p95 = 0, p99 = 0] = this.percentiles([50, 95, 99]);
    return {
      count: this.#count,
      mean: this.#sum / this.#count,
      min: this.#min,
      max: this.#max,
      p50,
      p95,
      p99,
      exact: this.#values !== undefined,
    };
  }

  /** @param percents Ascending, each above 0 and not above 100. */
  percentiles(percents: readonly number[]): readonly number[] {
    if (this.#count === 0) return [];
    const ranks = percents.map((percent) => Math.ceil((percent * this.#count) / 100));
    if (this.#values !== undefined) {
      const sorted = Float64Array.from(this.#values).sort();
      return ranks.map((rank) => sorted[rank - 1] ?? this.#max);
    }
    const buckets = [...(this.#buckets ?? [])].toSorted(([one], [other]) => one - other);
    let below = 0;
    let place = 0;
    return ranks.map((rank) => {
      for (;;) {
        const [bucket, inside] = buckets[place] ?? [ZERO, rank];
        if (below + inside >= rank) return Math.min(this.#max, Math.max(this.#min, middleOf(bucket)));
        below += inside;
        place++;
      }
    });
  }
}

/** Below a millisecond nobody looks. */
const ZERO = -1;

function bucketOf(value: number): number {
  return value < 1 ? ZERO : Math.floor(Math.log(value) / LOG_GROWTH);
}

/** The value from which neither edge of the bucket is farther off, in parts of it, than the other. */
function middleOf(bucket: number): number {
  return bucket === ZERO ? 0 : (GROWTH ** bucket * (2 * GROWTH)) / (1 + GROWTH);
}
