import type { CacheAlert, CacheCounts, CacheFigures } from './contract.ts';

/** What a cache wants to reach. */
export interface Objectives {
  /** 0 to 1. */
  readonly hitRate: number;
  /** Milliseconds. */
  readonly response: number;
}

/** An answer that was given. */
export interface Answer {
  readonly model: string;
  readonly isHit: boolean;
  /** Milliseconds. */
  readonly took: number;
}

/** Answers whose hit rate is looked at: the last ones. */
const WINDOW = 100;
/** Before so many, the first misses are all there is. */
const FEWEST = 20;
/** Answers whose times are kept. */
const TIMES = 1000;

/** Counts answers, and tells when they are not as they should be. */
export class Answers {
  readonly #objectives: Objectives;
  readonly #models = new Map<string, { hits: number; misses: number }>();
  readonly #recent: boolean[] = [];
  readonly #times: number[] = [];
  #isLow = false;

  constructor(objectives: Objectives) {
    this.#objectives = objectives;
  }

  /** Counts one, and returns what it shows to be wrong. */
  count({ model, isHit, took }: Answer): readonly CacheAlert[] {
    const counts = this.#models.get(model) ?? { hits: 0, misses: 0 };
    this.#models.set(model, counts);
    counts[isHit ? 'hits' : 'misses'] += 1;
    push(this.#recent, isHit, WINDOW);
    push(this.#times, took, TIMES);
    return [...this.#slow(model, took), ...this.#low()];
  }

  #slow(model: string, took: number): readonly CacheAlert[] {
    const objective = this.#objectives.response;
    if (took <= objective) return [];
    const message = `${model} took ${took} ms, more than ${objective} ms.`;
    return [{ code: 'RESPONSE_SLOW', model, value: took, objective, message }];
  }

  #low(): readonly CacheAlert[] {
    const objective = this.#objectives.hitRate;
    const value = this.#recent.filter(Boolean).length / this.#recent.length;
    const wasLow = this.#isLow;
    this.#isLow = this.#recent.length >= FEWEST && value < objective;
    if (!this.#isLow || wasLow) return [];
    const shown = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
    const message = `${shown(value)} of the last ${this.#recent.length} answers came from the cache, less than ${shown(objective)}. Give it more bytes, or warm what is asked for.`;
    return [{ code: 'HIT_RATE_LOW', value, objective, message }];
  }

  /** All counts. */
  total(): CacheCounts {
    const all = [...this.#models.values()];
    const sum = (name: 'hits' | 'misses'): number => all.reduce((count, each) => count + each[name], 0);
    return countsOf(sum('hits'), sum('misses'));
  }

  /** Counts of a model. */
  of(model: string): CacheCounts {
    const { hits = 0, misses = 0 } = this.#models.get(model) ?? {};
    return countsOf(hits, misses);
  }

  /** Models that were asked for. */
  models(): Iterable<string> {
    return this.#models.keys();
  }

  response(): CacheFigures['response'] {
    const sorted = this.#times.toSorted((a, b) => a - b);
    if (sorted.length === 0) return undefined;
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return { median: at(0.5), p95: at(0.95), longest: at(1) };
  }
}

function countsOf(hits: number, misses: number): CacheCounts {
  const all = hits + misses;
  return { hits, misses, ...(all === 0 ? {} : { hitRate: hits / all }) };
}

function push<T>(list: T[], value: T, most: number): void {
  list.push(value);
  if (list.length > most) list.shift();
}
