/** Milliseconds since 1970. */
export type Clock = () => number;

/** The clock of the machine. The only place that asks for it. */
export const systemClock: Clock = () => Date.now();
