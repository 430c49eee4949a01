/** What an amount of bytes looks like as text. */
export const BYTES_PATTERN = '^[1-9][0-9]{0,14}(?:\\.[0-9]{1,3})? ?(?:[kMGTP]?B|[KMGTP]iB)$';

const PREFIXES = ' kMGTP';

/** The bytes of a number, or of a text that fits {@link BYTES_PATTERN}: `200 GB` are 200 * 1000³, `200 GiB` 200 * 1024³. */
export function readBytes(amount: number | string): number {
  if (typeof amount === 'number') return amount;
  const [, digits = '', prefix = '', binary] = /^([\d.]+) ?([kKMGTP]?)(i?)B$/.exec(amount) ?? [];
  const power = prefix === '' ? 0 : PREFIXES.indexOf(prefix.replace('K', 'k'));
  return Math.floor(Number(digits) * (binary === 'i' ? 1024 : 1000) ** power);
}
