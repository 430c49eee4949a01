import { usageError } from '../errors.ts';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a duration looks like where it is typed: a whole number and a unit. */
export const DURATION_PATTERN: RegExp = /^\d{1,9}[smhd]$/;

/** The same in words, for messages. */
export const A_DURATION = 'a duration like 90s, 10m, 1h or 2d';

/** Milliseconds of a duration as it is typed; `undefined` when the text is none. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  const unit = text.slice(-1) as keyof typeof UNITS;
  return Number(text.slice(0, -1)) * UNITS[unit];
}

/**
 * Milliseconds of a duration that somebody typed.
 *
 * @throws {CliError} `USAGE`.
 */
export function demandDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw usageError(
    `Expected ${A_DURATION}, got ${JSON.stringify(text)}`,
    'Write a whole number and s, m, h or d: seconds, minutes, hours or days.',
  );
}

/** The same of one that may be left out. @throws {CliError} `USAGE`. */
export function optionalDuration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : demandDuration(text);
}
