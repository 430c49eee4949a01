import { randomBytes } from 'node:crypto';

/** Gives numbers in [0, 1). Injected where a test or a simulator wants to own chance. Never used for keys or salts. */
export type Random = () => number;

/** The platform's {@link Random}. */
export const systemRandom: Random = () => Math.random();

/** A name that no other process picks: 128 random bits in hex. */
export function randomName(): string {
  return randomBytes(16).toString('hex');
}

/**
 * A {@link Random} whose whole sequence follows from `seed`. The algorithm is mulberry32 (Tommy Ettinger, public domain): 32 bits of
 * state, plenty for schedules of faults and useless for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
