/** The two ways in which GrowthBook hashes; each experiment and rule says which. */
export type GrowthbookHashVersion = 1 | 2;

const START = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * Where GrowthBook puts a unit: from 0 to 0.999 in thousandths in version 1, from 0 to 0.9999 in ten-thousandths in version 2.
 *
 * Both are of the FNV-1a hash (32 bits) over UTF-16 code units, as in its SDK for JavaScript; those in other languages hash UTF-8, so for
 * units that are not ASCII they disagree with it. Version 1 hashes unit and seed; version 2 seed and unit, and then the decimal digits of
 * that hash once more, which makes experiments independent of each other.
 */
export function growthbookBucket(seed: string, unit: string, version: GrowthbookHashVersion): number {
  return growthbookStep(seed, unit, version) / (version === 1 ? 1000 : 10_000);
}

/** The same as a whole number: of 1000 in version 1, of 10,000 in version 2. */
export function growthbookStep(seed: string, unit: string, version: GrowthbookHashVersion): number {
  if (version === 1) return (fnv1a(seed, fnv1a(unit)) >>> 0) % 1000;
  const hash = fnv1a(unit, fnv1a(seed)) >>> 0;
  return (fnv1a(String(hash)) >>> 0) % 10_000;
}

function fnv1a(text: string, start: number = START): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
  return hash;
}
