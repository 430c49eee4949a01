const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What stands where nothing is known. */
const UNKNOWN = 'unknown';

/** Bytes for people: `1.2 GB`, in thousands. */
export function bytesText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return UNKNOWN;
  let [value, unit] = [Math.max(0, bytes), 0];
  // What would be shown as 1000 is one of the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

/** A duration for people: `85 ms`, `3.2 s`, `2 min 5 s`, `3 h 12 min`, `2 days 14 h`, `40 days`. */
export function durationText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  const value = Math.max(0, ms);
  if (value < 999.5) return `${Math.round(value)} ms`;
  if (value < 9950) return `${(value / 1000).toFixed(1)} s`;
  const seconds = Math.round(value / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(value / MINUTE);
  if (minutes < 48 * 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(value / HOUR);
  return hours < 240 ? joined(Math.floor(hours / 24), 'days', hours % 24, 'h') : `${Math.floor(value / DAY)} days`;
}

const joined = (big: number, unit: string, small: number, of: string): string =>
  small === 0 ? `${big} ${unit}` : `${big} ${unit} ${small} ${of}`;

/** A share for people, never rounded up to all nor down to nothing: `99.98 %`. */
export function percentText(percent: number | null | undefined): string {
  if (percent === null || percent === undefined || !Number.isFinite(percent)) return UNKNOWN;
  if (percent > 99.99 && percent < 100) return '> 99.99 %';
  if (percent < 0.01 && percent > 0) return '< 0.01 %';
  return `${Number(percent.toFixed(2))} %`;
}

/** A number of things: `1 backup`, `42 backups`. */
export function countText(count: number, one: string, many: string = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** A whole number with commas. */
export function numberText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A text of others on one line, of a length that a page bears; without what a terminal or a reader would obey. */
export function lineText(text: string, most = 200): string {
  const line = text.replaceAll(/[\s\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
  const characters = [...line];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line;
}
