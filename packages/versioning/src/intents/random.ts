/** Gives numbers in [0, 1). Injected where a test wants to own chance. Never used for keys or salts. */
export type Random = () => number;

/** The platform's {@link Random}. */
export const systemRandom: Random = () => Math.random();
