import { StorageError } from '../errors.ts';
import { foldersOf } from '../key.ts';
import type { Paging } from '../paging.ts';

/** The set of keys in use, in order, and the folders they imply. */
export interface KeySpace {
  /**
   * Adds a key; nothing happens when it is there.
   *
   * @throws {StorageError} `KEY_CONFLICT` when it is a folder of another key, or another key is a folder of it.
   */
  add(key: string): void;
  remove(key: string): void;
  /** The keys of one page, and whether more follow. */
  page(paging: Paging): { readonly keys: readonly string[]; readonly more: boolean };
}

/**
 * Keeps keys sorted only when someone lists them. A memory store has no need of folders; it refuses `a/b` beside `a`
 * because a store of real folders must, and a program should learn that in its first test.
 */
export function keySpace(): KeySpace {
  const keys = new Set<string>();
  const folders = new Map<string, number>();
  let sorted: string[] | undefined;
  return {
    add(key) {
      if (keys.has(key)) return;
      const above = foldersOf(key);
      refuseConflict(key, folders.has(`${key}/`) || above.some((folder) => keys.has(folder.slice(0, -1))));
      for (const folder of above) folders.set(folder, (folders.get(folder) ?? 0) + 1);
      keys.add(key);
      sorted = undefined;
    },
    remove(key) {
      if (!keys.delete(key)) return;
      for (const folder of foldersOf(key)) {
        const left = (folders.get(folder) ?? 1) - 1;
        if (left === 0) folders.delete(folder);
        else folders.set(folder, left);
      }
      sorted = undefined;
    },
    page({ prefix, after, limit }) {
      sorted ??= [...keys].toSorted(bytewise);
      let end = Math.max(firstAtLeast(sorted, prefix), after === '' ? 0 : firstAtLeast(sorted, `${after}\0`));
      const start = end;
      while (end < sorted.length && end - start < limit && sorted[end]?.startsWith(prefix) === true) end += 1;
      return { keys: sorted.slice(start, end), more: sorted[end]?.startsWith(prefix) === true };
    },
  };
}

function refuseConflict(key: string, conflict: boolean): void {
  if (!conflict) return;
  throw new StorageError(
    'KEY_CONFLICT',
    `Expected a key apart from all folders, got "${key}", which is a folder of other keys or lies below an object`,
    {
      key,
      hint: 'name the two differently, for example "a" and "a-parts/b"',
    },
  );
}

/** Keys are ASCII, where the order of code units is the order of bytes. */
function bytewise(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function firstAtLeast(sorted: readonly string[], wanted: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
