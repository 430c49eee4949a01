/** Milliseconds since 1970. */
export type Clock = () => number;

/** The time of this machine. */
export const systemClock: Clock = () => Date.now();
