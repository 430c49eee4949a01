import { usageError } from '../errors.ts';

const KILO = 1000;
const KIBI = 1024;

/** Bytes, by unit in lower case. A mere `m` is minutes elsewhere, so it is none here. */
export const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: KILO,
  mb: KILO ** 2,
  gb: KILO ** 3,
  tb: KILO ** 4,
  kib: KIBI,
  mib: KIBI ** 2,
  gib: KIBI ** 3,
  tib: KIBI ** 4,
};

/** Reads `50000000`, `500MB` or `1.5 GiB`. @throws {CliError} `USAGE`. */
export function demandBytes(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  const bytes = Math.ceil(Number(digits) * (BYTES[unit === '' ? 'b' : unit.toLowerCase()] ?? 0));
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw usageError(
    `Expected a number of bytes, got ${JSON.stringify(text)}`,
    'Write it as 50000000, 500MB or 20GiB: in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB.',
  );
}
