import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import type { EntryKind } from '../catalog/entry.ts';
import { kindOf } from '../source/file-kind.ts';
import type { EntryMeta, FoundEntry } from './contract.ts';
import { applyMetadata, type Owned } from './metadata.ts';
import { O_PATH } from './open-directories.ts';
import { systemError } from './path-error.ts';

/** What the system says of an entry. */
export function foundEntry(stats: BigIntStats): FoundEntry {
  return {
    kind: kindOf(stats),
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeNs: stats.mtimeNs,
    size: Number(stats.size),
    dev: stats.dev,
    ino: stats.ino,
    nlink: Number(stats.nlink),
  };
}

/**
 * Sets owner, mode and time of an entry that must be of this kind.
 *
 * @param strong Through a descriptor, so that the entry looked at is the one that changes.
 */
export function setMetadata(target: Buffer, kind: EntryKind, meta: EntryMeta, strong: boolean): void {
  const isSymlink = kind === 'symlink';
  if (!strong) {
    const owned = checkKind(lstatSync(target, { bigint: true }), kind);
    applyMetadata({ path: target, isSymlink, isHandle: false }, meta, owned);
    return;
  }
  const descriptor = openSync(target, O_PATH | constants.O_NOFOLLOW);
  try {
    const owned = checkKind(fstatSync(descriptor, { bigint: true }), kind);
    const handle = Buffer.from(`/proc/self/fd/${descriptor}`);
    applyMetadata({ path: handle, isSymlink, isHandle: true }, meta, owned);
  } finally {
    closeSync(descriptor);
  }
}

function checkKind(stats: BigIntStats, kind: EntryKind): Owned {
  const found = kindOf(stats);
  if (found !== kind)
    throw systemError(kind === 'directory' ? 'ENOTDIR' : 'EINVAL', `expected a ${kind}, got a ${found}`);
  return { uid: Number(stats.uid), gid: Number(stats.gid), mode: Number(stats.mode) & 0o7777 };
}
