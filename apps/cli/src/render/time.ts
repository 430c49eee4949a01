const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration for people: `85 ms`, `3.2 s`, `2 min 5 s`, `3 h 12 min`, `4 days`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND - 0.5) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  return `${Math.floor(ms / DAY)} days`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in this machine's time zone, `2026-11-23 14:05:09`; sorts as text. */
export function formatTime(iso: string | number): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return String(iso);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Nanoseconds since 1970 as ISO 8601 with nine decimals, or `undefined` beyond the years that ISO 8601 writes with four digits. */
export function isoFromNs(ns: bigint): string | undefined {
  const billion = 1_000_000_000n;
  let seconds = ns / billion;
  let rest = ns % billion;
  if (rest < 0n) {
    rest += billion;
    seconds -= 1n;
  }
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) return undefined;
  return date.toISOString().replace('.000Z', `.${String(rest).padStart(9, '0')}Z`);
}
