import { setTimeout as delay } from 'node:timers/promises';

/** Tells the time in milliseconds. Injected where a test or a simulator wants to own it. */
export type Clock = () => number;

/** Waits `ms` milliseconds, or rejects with the signal's reason. Injected like {@link Clock}. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Milliseconds since 1970, for time stamps. */
export const wallClock: Clock = () => Date.now();

/** Milliseconds since 1970 with a fraction that hardly repeats: the wall clock's milliseconds, the monotonic clock's microseconds. */
export const preciseClock: Clock = () => Date.now() + (performance.now() % 1);

/** Milliseconds that never run backwards, for durations. */
export const monotonicClock: Clock = () => performance.now();

/** The real {@link Sleep}. */
export const sleep: Sleep = async (ms, signal) => {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};
