/**
 * The decisions of one schedule, as numbers. They come from a seed, or from a list that was recorded; past its end every
 * decision is 0, which stands for whatever is most ordinary. So a shorter list, or one with more zeros, is a simpler story.
 */
export class Choices {
  readonly taken: number[] = [];
  readonly #given: readonly number[] | undefined;
  #state: number;

  constructor(source: { readonly seed: number } | { readonly given: readonly number[] }) {
    this.#given = 'given' in source ? source.given : undefined;
    this.#state = 'seed' in source ? (Math.imul(source.seed, 0x9e3779b1) ^ 0x85ebca6b) | 0 : 0;
  }

  /** Marsaglia's xorshift (Journal of Statistical Software 8/14, 2003) after a step that spreads small seeds. */
  #random(): number {
    let x = (this.#state = (this.#state + 0x6d2b79f5) | 0);
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `count`. */
  below(count: number): number {
    if (count <= 1) return 0;
    const value =
      this.#given === undefined ? Math.floor(this.#random() * count) : (this.#given[this.taken.length] ?? 0) % count;
    this.taken.push(value);
    return value;
  }

  /** True `times` of `among` times; never past the end of a recorded list. */
  chance(times: number, among: number): boolean {
    const value =
      this.#given === undefined
        ? Number(Math.floor(this.#random() * among) < times)
        : Math.min(1, this.#given[this.taken.length] ?? 0);
    this.taken.push(value);
    return value === 1;
  }
}
