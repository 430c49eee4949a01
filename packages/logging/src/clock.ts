/** Tells the time. Injected where a test wants to own it. */
export interface Clock {
  /** Milliseconds since 1970. May jump when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds from an unknown moment on; never jumps. */
  monotonic(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
