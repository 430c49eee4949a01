import { setTimeout as delay } from 'node:timers/promises';

/** Tells the time, and waits. Injected where a test or a simulation wants to own time. */
export interface Clock {
  /** Milliseconds since 1970. May jump when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds from an unknown moment on; never jumps. */
  monotonic(): number;
  /** Waits so many milliseconds, or less when the signal ends it: it never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
