import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds since 1970. */
export type Clock = () => number;

/** The time of this machine. */
export const systemClock: Clock = () => Date.now();

/** Milliseconds that never run backwards: how long something took. */
export const monotonicClock = (): number => performance.now();

/** Waits `ms` milliseconds, or rejects with the signal's reason. Injected where a test wants to own it. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The real {@link Sleep}. */
export const systemSleep: Sleep = async (ms, signal) => {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};
