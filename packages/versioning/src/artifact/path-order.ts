/**
 * Compares two paths by their bytes in UTF-8, as artefacts order them. That is the order of code points, which `<` does not
 * have: it goes by UTF-16 units, and puts pairs of surrogates before U+E000 to U+FFFF.
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** A copy in bytewise order of paths. It takes one look where they are in that order already. */
export function inPathOrder<T extends { readonly path: string }>(entries: readonly T[]): T[] {
  const isOrdered = entries.every(({ path }, at) => at === 0 || comparePaths(entries[at - 1]?.path ?? '', path) <= 0);
  return isOrdered ? [...entries] : entries.toSorted((a, b) => comparePaths(a.path, b.path));
}
