import type { Clock } from '../clock.ts';
import type { CompiledFlags } from '../rules/compile-flags.ts';
import type { CompiledFlag } from '../rules/compiled-flag.ts';
import type { FlagCount, FlagCounts } from './counts.ts';

/** Evaluations with one answer. */
interface Cell {
  /** `undefined` for the fallback of the code. */
  readonly variant: string | undefined;
  evaluations: number;
}

/** What was counted of one flag. */
class Tally {
  /** In the order in which the answers were first given. There are a few, so going through them is quickest. */
  #cells: Cell[] = [];
  #lastAtMs = 0;

  /** Allocates nothing for an answer that was given before. */
  add(variant: string | undefined, atMs: number): void {
    this.#lastAtMs = atMs;
    const cells = this.#cells;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index] as Cell;
      if (cell.variant === variant) {
        cell.evaluations++;
        return;
      }
    }
    cells.push({ variant, evaluations: 1 });
  }

  reset(): void {
    this.#cells = [];
  }

  /** `undefined` if there was no evaluation. */
  get count(): FlagCount | undefined {
    if (this.#cells.length === 0) return undefined;
    const variants = this.#cells.flatMap(({ variant, evaluations }) =>
      variant === undefined ? [] : [[variant, evaluations] as const],
    );
    const fallbacks = this.#cells.find(({ variant }) => variant === undefined)?.evaluations ?? 0;
    return { variants: Object.fromEntries(variants), fallbacks, lastAtMs: this.#lastAtMs };
  }
}

/** Counts evaluations of flags, also across changes of their definitions. */
export class Counter {
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock();
  }

  /** The same flags, counted. Flags that these ask because they require them are not: nobody asked for those. */
  counting(flags: CompiledFlags): CompiledFlags {
    return new Map([...flags].map(([key, flag]) => [key, this.#counted(flag)]));
  }

  get counts(): FlagCounts {
    const flags = [...this.#tallies].flatMap(([key, { count }]) =>
      count === undefined ? [] : [[key, count] as const],
    );
    return { sinceMs: this.#sinceMs, untilMs: this.#clock(), flags: Object.fromEntries(flags) };
  }

  /** What was counted so far; from now on it is counted from 0. */
  take(): FlagCounts {
    const { counts } = this;
    for (const tally of this.#tallies.values()) tally.reset();
    this.#sinceMs = counts.untilMs;
    return counts;
  }

  #counted(flag: CompiledFlag): CompiledFlag {
    const tally = this.#tallies.get(flag.key) ?? new Tally();
    this.#tallies.set(flag.key, tally);
    const clock = this.#clock;
    return {
      ...flag,
      observe(outcome, nowMs) {
        const isFallback = outcome === undefined || outcome.usesFallback;
        tally.add(isFallback ? undefined : outcome.evaluation.variant, flag.usesTime ? nowMs : clock());
      },
    };
  }
}
