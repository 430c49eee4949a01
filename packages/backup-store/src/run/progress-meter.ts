import type { Progress } from '../repository/contract.ts';
import { monotonic } from './clock.ts';

const EVERY_MS = 100;
/** Rates are over about this long. */
const WINDOW_MS = 5000;

type Counts = {
  -readonly [K in 'filesDone' | 'filesTotal' | 'bytesDone' | 'bytesTotal' | 'bytesStored' | 'bytesReused']: Progress[K];
};

/** Counts what a run has done and tells it at most ten times a second. */
export class ProgressMeter {
  readonly counts: Counts = {
    filesDone: 0,
    filesTotal: 0,
    bytesDone: 0,
    bytesTotal: 0,
    bytesStored: 0,
    bytesReused: 0,
  };
  readonly #tell: ((progress: Progress) => void) | undefined;
  readonly #started = monotonic();
  readonly #samples: { at: number; bytes: number }[] = [];
  #last = -EVERY_MS;
  phase: Progress['phase'];
  /** The totals are known: a time left can be told. */
  totalKnown = false;

  constructor(phase: Progress['phase'], tell: ((progress: Progress) => void) | undefined) {
    this.phase = phase;
    this.#tell = tell;
  }

  get elapsedMs(): number {
    return monotonic() - this.#started;
  }

  /** Tells, if it is time to. `current` is called only then. */
  tick(current?: () => string): void {
    if (this.#tell === undefined) return;
    const now = monotonic();
    if (now - this.#last < EVERY_MS) return;
    this.#last = now;
    this.#send(now, current?.());
  }

  /** Tells at the end of a phase, whenever it was told last. */
  flush(): void {
    if (this.#tell !== undefined) this.#send(monotonic(), undefined);
  }

  #send(now: number, current: string | undefined): void {
    const { bytesDone, bytesTotal } = this.counts;
    this.#samples.push({ at: now, bytes: bytesDone });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { at: this.#started, bytes: 0 };
    const span = now - first.at;
    const rate = span > 0 ? ((bytesDone - first.bytes) * 1000) / span : 0;
    const etaMs = this.totalKnown && rate > 0 ? ((bytesTotal - bytesDone) / rate) * 1000 : undefined;
    this.#tell?.({ phase: this.phase, ...this.counts, rate, etaMs, current, elapsedMs: now - this.#started });
  }
}
