/** Milliseconds since 1970. */
export type Clock = () => number;

/** The system's clock: the only place that reads it. */
export const systemClock: Clock = () => Date.now();

/** When this process began, in milliseconds since 1970: with its number, what tells it from every other. */
export const processStartMs: number = Math.round(performance.timeOrigin);

/** Milliseconds from some fixed point, never going back: for durations and rates. */
export const monotonic: Clock = () => performance.now();
