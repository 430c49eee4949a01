/** Code units from here on are halves of pairs, which stand for code points above all others. */
const FIRST_SURROGATE = 0xd8_00;
const AFTER_SURROGATES = 0xe0_00;

/**
 * The order of ids by their bytes in UTF-8, which is that of their code points. Strings compare by units of UTF-16, where pairs for
 * code points from U+10000 on come before U+E000: where the first difference is, those are put last.
 *
 * @returns Negative, 0 or positive.
 */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit >= AFTER_SURROGATES ? unit - 0x8_00 : unit + 0x20_00;
}
