import {
  chmodSync,
  chownSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  statSync,
  utimesSync,
} from 'node:fs';
import type { EntryMeta } from './contract.ts';
import { hasCode } from './path-error.ts';

/** What metadata is set on: an open file, or a path. */
export type MetadataTarget =
  | { readonly descriptor: number }
  | {
      readonly path: Buffer;
      /** The entry is a symlink, which has no mode of its own. */
      readonly isSymlink: boolean;
      /** The path is that of an open descriptor in `/proc`, and has to be followed to get to the entry. */
      readonly isHandle: boolean;
    };

const OWN_UID = process.geteuid?.();
const OWN_GID = process.getegid?.();
const SET_ID_BITS = 0o6000;

/** What an entry has already, as far as that is known. */
export interface Owned {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mode?: number | undefined;
}

/** Owner of a file just made: its group is that of this process, or may be inherited from the directory's. */
export function freshOwner(directoryGid: number | undefined): Owned {
  return { uid: OWN_UID, gid: directoryGid === OWN_GID ? OWN_GID : undefined };
}

/**
 * Sets owner, mode and time. A change of owner clears set-id bits, so the mode comes after it.
 *
 * The owner is set by root, and the group by whoever owns the file; that the system refuses is no error, but then
 * set-id bits are dropped: a program must not come back with the rights of somebody else.
 *
 * `owned`: what it has. What is right already needs no call.
 */
export function applyMetadata(target: MetadataTarget, meta: EntryMeta, owned: Owned = {}): void {
  const hasItsOwner = meta.uid === owned.uid && meta.gid === owned.gid;
  if (!hasItsOwner) applyOwner(target, meta);
  const mode = meta.mode & 0o7777;
  const safeMode = (mode & SET_ID_BITS) === 0 || hasOwner(target, meta) ? mode : mode & ~SET_ID_BITS;
  const time = toSystemTime(meta.mtimeNs);
  if ('descriptor' in target) {
    futimesSync(target.descriptor, time, time);
    // Last: it may be what tells a complete file.
    fchmodSync(target.descriptor, safeMode);
    return;
  }
  const hasItsMode = hasItsOwner && safeMode === owned.mode;
  if (!target.isSymlink && !hasItsMode) chmodSync(target.path, safeMode);
  if (target.isHandle) utimesSync(target.path, time, time);
  else lutimesSync(target.path, time, time);
}

/**
 * Nanoseconds as Node's time functions take them: seconds in a double, which is off by less than a microsecond
 * from the year 1425 to 2514 (2^34 seconds either way), and by a few further out. They read a negative number as "now", but not a negative numeric string.
 */
function toSystemTime(timeNs: bigint): number | string {
  // Both parts are exact doubles, so that only their sum is rounded.
  const seconds = Number(timeNs / 1_000_000_000n) + Number(timeNs % 1_000_000_000n) / 1e9;
  return seconds < 0 ? String(seconds) : seconds;
}

function applyOwner(target: MetadataTarget, meta: EntryMeta): void {
  if (OWN_UID === undefined || (OWN_UID !== 0 && meta.uid !== OWN_UID)) return;
  try {
    if ('descriptor' in target) fchownSync(target.descriptor, meta.uid, meta.gid);
    else if (target.isHandle) chownSync(target.path, meta.uid, meta.gid);
    else lchownSync(target.path, meta.uid, meta.gid);
  } catch (error) {
    // EPERM: not a member of the group. EINVAL: an id that is not mapped in this container. The rest: no owners there.
    if (!hasCode(error, 'EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP')) throw error;
  }
}

function hasOwner(target: MetadataTarget, meta: EntryMeta): boolean {
  const stats =
    'descriptor' in target
      ? fstatSync(target.descriptor)
      : target.isHandle
        ? statSync(target.path)
        : lstatSync(target.path);
  return stats.uid === meta.uid && stats.gid === meta.gid;
}
