const KILO = 1000;
const KIBI = 1024;
/** Bytes, by unit in lower case. */
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

/** The bytes of an amount as it is typed, `500MB` or `1.5 GiB`; `undefined` when the text is none. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?) ?([a-z]+)$/i.exec(text) ?? [];
  const factor = Object.hasOwn(BYTES, unit.toLowerCase()) ? BYTES[unit.toLowerCase()] : undefined;
  return factor === undefined ? undefined : Math.ceil(Number(digits) * factor);
}
