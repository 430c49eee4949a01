/** Milliseconds since 1970. */
export type Clock = () => number;

/** The system's clock: the only place that reads it. */
export const systemClock: Clock = () => Date.now();

/** Milliseconds from some fixed point, never going back: for durations and rates. */
export const monotonic: Clock = () => performance.now();
