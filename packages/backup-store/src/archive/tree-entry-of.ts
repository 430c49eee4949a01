import type { EntryKind } from '../catalog/entry.ts';
import { isWithin } from '../catalog/path-order.ts';
import type { TreeEntry } from '../source/tree-contract.ts';
import { damaged } from './failure.ts';
import type { ManifestEntry } from './manifest.ts';

const KINDS: ReadonlySet<EntryKind> = new Set([
  'directory',
  'file',
  'symlink',
  'socket',
  'fifo',
  'block-device',
  'char-device',
]);
const MAX_PATH_BYTES = 64 * 1024;
const MAX_ID = 0xffff_ffff;
const SLASH = 47;

/** The entry that a line of a manifest is of, with its path below `folder`. @throws {BackupError} `ARCHIVE_DAMAGED`. */
export function treeEntryOf(value: ManifestEntry, folder: Buffer): TreeEntry {
  const { kind, mode, uid, gid, mtimeNs, size, sha256 } = value ?? {};
  const isSound =
    KINDS.has(kind) &&
    isCount(mode, 0o7777) &&
    isCount(uid, MAX_ID) &&
    isCount(gid, MAX_ID) &&
    isCount(size, Number.MAX_SAFE_INTEGER) &&
    (kind === 'file' || size === 0) &&
    isTime(mtimeNs) &&
    isDigest(sha256, kind);
  if (!isSound) throw damaged('entries of a manifest with sound fields', 'others');
  const target = bytesOf(value.linkTarget, value.linkTargetBase64);
  const hardLink = bytesOf(value.hardLinkTo, value.hardLinkToBase64);
  return {
    path: below(folder, bytesOf(value.path, value.pathBase64) ?? Buffer.alloc(0)),
    kind,
    mode,
    uid,
    gid,
    mtimeNs: BigInt(mtimeNs),
    size,
    ...(value.sparse === true ? { sparse: true } : {}),
    ...(value.torn === true ? { torn: true } : {}),
    ...(target === undefined ? {} : { linkTarget: target }),
    ...(hardLink === undefined ? {} : { hardLinkTo: below(folder, hardLink) }),
  };
}

const isCount = (value: unknown, most: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

/** Catalogs have 64 bits for it. */
const isTime = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^(?:0|-?[1-9]\d{0,18})$/.test(value) &&
  BigInt.asIntN(64, BigInt(value)) === BigInt(value);

const isDigest = (value: unknown, kind: EntryKind): boolean =>
  kind === 'file' ? typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) : value === undefined;

function bytesOf(text: unknown, base64: unknown): Buffer | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw damaged('paths that are texts', 'others');
  const bytes = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(text, 'utf8');
  if (bytes.length <= MAX_PATH_BYTES) return bytes;
  throw damaged(`paths of at most ${MAX_PATH_BYTES} bytes`, 'a longer one');
}

function below(folder: Buffer, path: Buffer): Buffer {
  if (!isWithin(path, folder)) throw damaged('entries below their sources', 'one elsewhere');
  const rest = path.subarray(folder.length);
  return rest[0] === SLASH ? rest.subarray(1) : rest;
}
