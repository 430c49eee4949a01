const SLASH = 47;

/**
 * The order of entries in a catalog: depth first, siblings bytewise by name; that is, bytewise with `/` before
 * every other byte. A folder comes right before what is in it.
 *
 * @returns Negative, 0 or positive.
 */
export function comparePaths(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    if (x !== y) return (x === SLASH ? -1 : x) - (y === SLASH ? -1 : y);
  }
  return a.length - b.length;
}

/** Whether `path` is `folder` or below it. The empty folder holds everything. */
export function isWithin(path: Uint8Array, folder: Uint8Array): boolean {
  if (folder.length === 0) return true;
  if (path.length < folder.length) return false;
  for (let i = 0; i < folder.length; i++) if (path[i] !== folder[i]) return false;
  return path.length === folder.length || path[folder.length] === SLASH;
}

/** Whether a subtree at `folder` may lie in a run of entries that begins at `first`, before one that begins at `next`. */
export function mayHold(first: Uint8Array, next: Uint8Array | undefined, folder: Uint8Array): boolean {
  if (comparePaths(first, folder) > 0 && !isWithin(first, folder)) return false;
  return next === undefined || comparePaths(next, folder) > 0;
}
