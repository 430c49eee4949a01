import type { Clock } from '@x/operations';

/** A clock that goes as others do, and can be put on: days pass in milliseconds, and what takes a second takes a second. */
export class SimulatedClock implements Clock {
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  #aheadMs: number;
  #jumpedMs = 0;

  /** @param startMs What it shows now, in milliseconds since 1970. */
  constructor(startMs: number) {
    this.#aheadMs = startMs - Date.now();
  }

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  monotonic(): number {
    return performance.now() + this.#jumpedMs;
  }

  /** Waits until so much time has passed, by itself or because the clock was put on. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const sleeper = { atMs: this.monotonic() + ms, wake };
    const timer = setTimeout(wake, Math.min(ms, 2 ** 31 - 1));
    this.#sleepers.add(sleeper);
    const end = (): void => wake();
    signal.addEventListener('abort', end, { once: true });
    await promise;
    signal.removeEventListener('abort', end);
    this.#sleepers.delete(sleeper);
    clearTimeout(timer);
  }

  putOn(ms: number): void {
    this.#aheadMs += ms;
    this.#jumpedMs += ms;
    for (const { atMs, wake } of this.#sleepers) if (atMs <= this.monotonic()) wake();
  }

  /** Puts it on to a moment; leaves it where it is when that has passed. */
  putOnTo(ms: number): void {
    this.putOn(Math.max(0, Math.ceil(ms) - this.now()));
  }
}
