import type { SampleSize } from '@x/backup-store';
import { BYTES } from '../config/bytes.ts';
import { usageError } from '../errors.ts';

/** Milliseconds, by unit. */
const TIMES: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Reads `10%`, `500MB` or `2m`. @throws {CliError} `USAGE`. */
export function sampleSize(text: string): SampleSize {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?(%|[a-z]+)$/i.exec(text) ?? [];
  const value = Number(digits);
  const bytes = BYTES[unit.toLowerCase()];
  const time = TIMES[unit];
  if (value > 0) {
    if (unit === '%' && value <= 100) return { percent: value };
    if (bytes !== undefined) return { bytes: Math.ceil(value * bytes) };
    if (time !== undefined) return { ms: value * time };
  }
  throw usageError(
    `Expected a sample such as 10%, 500MB or 2m, got ${JSON.stringify(text)}`,
    'A share is above 0 and at most 100%; bytes are in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB; a time in s, m or h.',
  );
}
