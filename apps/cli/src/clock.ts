/** Milliseconds since 1970. The only place that asks the system's clock. */
export function now(): number {
  return Date.now();
}
