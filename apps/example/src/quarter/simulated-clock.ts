import type { Clock } from '@x/operations';

/** A clock that goes as others do, and can be put on: days pass in milliseconds, and what takes a second takes a second. */
export class SimulatedClock implements Clock {
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  readonly #startedAheadMs: number;
  /** How far it was put on since. */
  #putOnMs = 0;

  /** @param startMs What it shows now, in milliseconds since 1970. */
  constructor(startMs: number) {
    this.#startedAheadMs = startMs - Date.now();
  }

  now(): number {
    return Date.now() + this.#startedAheadMs + this.#putOnMs;
  }

  monotonic(): number {
    return performance.now() + this.#putOnMs;
  }

  /** Waits until so much time has passed, by itself or because the clock was put on. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const sleeper = { atMs: this.monotonic() + ms, wake };
    const timer = setTimeout(wake, Math.min(ms, 2 ** 31 - 1));
    this.#sleepers.add(sleeper);
    signal.addEventListener('abort', wake, { once: true });
    await promise;
    signal.removeEventListener('abort', wake);
    this.#sleepers.delete(sleeper);
    clearTimeout(timer);
  }

  /** Puts it on to a moment, in milliseconds since 1970; leaves it where it is when that has passed. */
  putOnTo(ms: number): void {
    this.#putOnMs += Math.max(0, Math.ceil(ms) - this.now());
    for (const { atMs, wake } of this.#sleepers) if (atMs <= this.monotonic()) wake();
  }
}
