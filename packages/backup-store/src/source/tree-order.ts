import { comparePaths, isWithin } from '../catalog/path-order.ts';
import type { TreeEntry } from './tree-contract.ts';

/** Tells whether entries come in the order of catalogs, and each can be where it says. */
export class TreeOrder {
  #last: TreeEntry | undefined;

  /** What was expected of this entry, after those before it; `undefined` when it is that. */
  flawOf(entry: TreeEntry): string | undefined {
    const last = this.#last;
    this.#last = entry;
    const { path, hardLinkTo, kind, linkTarget } = entry;
    if (!isPlain(path)) return 'relative paths without "." and ".."';
    if (last !== undefined && comparePaths(last.path, path) >= 0) return 'each path once, in the order of catalogs';
    if (last !== undefined && last.kind !== 'directory' && isWithin(path, last.path))
      return 'nothing below what is no folder';
    if (hardLinkTo !== undefined && (kind !== 'file' || !isPlain(hardLinkTo) || comparePaths(hardLinkTo, path) >= 0))
      return 'hard links to earlier files only';
    if ((linkTarget !== undefined) !== (kind === 'symlink')) return 'a target of each symlink, and of nothing else';
    return undefined;
  }
}

function isPlain(path: Uint8Array): boolean {
  if (path.length === 0) return true;
  const names = Buffer.from(path).toString('latin1').split('/');
  return names.every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
}
