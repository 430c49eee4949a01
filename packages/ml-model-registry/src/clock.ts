/** Tells the time in milliseconds since 1970. Injected where a test wants to own it. */
export type Clock = () => number;

/** The system's clock: the only place that reads it. */
export const systemClock: Clock = () => Date.now();
