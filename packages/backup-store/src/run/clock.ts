import { uptime } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds since 1970. */
export type Clock = () => number;

/** The system's clock: the only place that reads it. */
export const systemClock: Clock = () => Date.now();

/** When this process began, in milliseconds since 1970: with its number, what tells it from every other. */
export const processStartMs: number = Math.round(performance.timeOrigin);

/** Milliseconds from some fixed point, never going back: for durations and rates. */
export const monotonic: Clock = () => performance.now();

/** Whether this machine has been suspended since it was started: the clock of timers stands still then, and its uptime does not. */
export const hasSlept = (): boolean => uptime() - Number(process.hrtime.bigint()) / 1e9 > 1;

/** Waits. Ends early, by rejecting with its reason, when the signal is given. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const systemSleep: Sleep = async (ms, signal) => {
  try {
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
};

/** Calls `act` every `ms` milliseconds, until what it returned is called. */
export type Every = (ms: number, act: () => void) => () => void;

export const systemEvery: Every = (ms, act) => {
  const timer = setInterval(act, ms);
  timer.unref();
  return () => clearInterval(timer);
};
