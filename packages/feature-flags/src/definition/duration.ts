const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The longest one, a year. */
const LONGEST_MS = 366 * UNITS.d;

/** A duration in words, for messages. */
export const A_DURATION = 'a duration like 90s, 10m, 1h or 2d, up to 366d';

/** Milliseconds of a duration as files have it; `undefined` when the text is none. */
export function durationOf(text: string): number | undefined {
  if (!/^\d{1,9}[smhd]$/.test(text)) return undefined;
  const ms = Number(text.slice(0, -1)) * UNITS[text.slice(-1) as keyof typeof UNITS];
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}
