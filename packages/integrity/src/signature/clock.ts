/** The time of the system. Every call that depends on the time takes a `now` instead, so that tests own it. */
export function systemTime(): Date {
  return new Date(Date.now());
}
