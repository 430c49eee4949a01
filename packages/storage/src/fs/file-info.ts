import type { BigIntStats } from 'node:fs';
import type { ObjectInfo } from '../contract.ts';

/** What the contract tells of an object, from the file's status. */
export function infoOfFile(key: string, status: BigIntStats): ObjectInfo {
  return {
    key,
    size: Number(status.size),
    version: versionOf(status),
    modifiedMs: Number(status.mtimeNs / 1_000_000n),
  };
}

/** Not the ctime: linking and unlinking a name changes it, and the object's bytes stay the same. */
export function versionOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}`;
}
