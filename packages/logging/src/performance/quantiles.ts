/** Values are told apart where they differ by two percent: half of that is the error. */
const ERROR = 0.01;
const GAMMA = (1 + ERROR) / (1 - ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** Shorter ones count as this: a thousandth of a millisecond. */
const LEAST = 0.001;
/** From a thousandth of a millisecond to far more than a year there are fewer. */
const MOST_BUCKETS = 2048;

/**
 * Quantiles of a stream of values in bounded memory, with a relative error of one percent: a DDSketch (Masson, Rim, Lee, "DDSketch: a fast and
 * fully-mergeable quantile sketch", VLDB 2019), whose buckets grow by a constant factor.
 */
export class Quantiles {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  get count(): number {
    return this.#count;
  }

  get min(): number {
    return this.#count === 0 ? 0 : this.#min;
  }

  get max(): number {
    return this.#count === 0 ? 0 : this.#max;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  add(value: number): void {
    const bucket = Math.min(Math.ceil(Math.log(Math.max(value, LEAST) / LEAST) / LOG_GAMMA), MOST_BUCKETS);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  /** The value that a share of the values, from 0 to 1, does not exceed. 0 where there is none. */
  at(share: number): number {
    if (this.#count === 0) return 0;
    let rank = Math.max(1, Math.ceil(share * this.#count));
    for (const [bucket, count] of [...this.#buckets].toSorted(([a], [b]) => a - b)) {
      rank -= count;
      if (rank > 0) continue;
      const middle = (2 * LEAST * GAMMA ** bucket) / (GAMMA + 1);
      return Math.min(Math.max(middle, this.#min), this.#max);
    }
    return this.#max;
  }
}
