import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { canonicalJson, parseJson } from '../bytes/canonical-json.ts';
import { KIND } from '../envelope/header.ts';
import type { Seal } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { isCommitId, isObjectId, isSessionId } from '../layout/names.ts';
import type { ForgottenSnapshot } from '../snapshots/facts.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { isForgotten } from './remembered.ts';

/** A pack as garbage records name it: `session/pack`. */
export type PackId = `${string}/${string}`;
/** An index segment as garbage records name it: `session/segment`. */
export type SegmentId = `${string}/${string}`;

/** The beginning of a round: sessions that begin from now on rely on none of these packs. */
export interface EpochOpening {
  readonly token: string;
  readonly tombstones: readonly PackId[];
}

/** What a round has come to. From now on these objects are dead for everybody, and what the history says counts. */
export interface EpochDecision {
  readonly token: string;
  /** Id of the history object. */
  readonly history: string;
  readonly packs: readonly PackId[];
  readonly segments: readonly SegmentId[];
  /** Sessions that have ended, `epoch/session`: their heartbeats can go. */
  readonly sessions: readonly string[];
}

/** An index segment that counts. */
export interface CountingSegment {
  readonly id: SegmentId;
  /** The packs it names, when they are not simply those of its session: a segment that is lost is made up from them. */
  readonly packs?: readonly PackId[] | undefined;
}

/** All that counts of the time before a round. */
export interface History {
  readonly snapshots: readonly { readonly epoch: number; readonly record: SnapshotRecord }[];
  /** Ids of snapshots that were forgotten: a marker that is lost brings none of them back. */
  readonly forgotten: readonly string[];
  /** Facts of some of those, that are still remembered. */
  readonly remembered?: readonly ForgottenSnapshot[] | undefined;
  readonly segments: readonly CountingSegment[];
  /** Ids of snapshots of which a repair found that some of their data is lost: what they lack keeps nobody from pruning. */
  readonly incomplete: readonly string[];
}

/** The history of a tenant that has seen no round. */
export const NO_HISTORY: History = { snapshots: [], forgotten: [], segments: [], incomplete: [] };

/** Seal of everything below `gc/`: only keepers have the key. */
export const epochSeal = (tenant: Tenant): Seal => ({
  kind: KIND.epoch,
  subkey: tenant.keeperKey,
  older: tenant.olderKeeperKeys,
  label: tenant.labelBytes,
});

/** Seal of histories: only keepers have the key. */
export const historySeal = (tenant: Tenant): Seal => ({
  kind: KIND.history,
  subkey: tenant.keeperKey,
  older: tenant.olderKeeperKeys,
  label: tenant.labelBytes,
});

const PLAIN = 0;
const ZSTD = 1;
/** Records are compressed from this many bytes on. */
const COMPRESS_BYTES = 4096;
/** No record is larger than this when unpacked. */
const MAX_RECORD_BYTES: number = 512 * 1024 * 1024;

export function encodeRecord(record: EpochOpening | EpochDecision | History): Buffer {
  const json = Buffer.from(canonicalJson(record));
  return json.length < COMPRESS_BYTES
    ? Buffer.concat([Uint8Array.of(PLAIN), json])
    : Buffer.concat([Uint8Array.of(ZSTD), zstdCompressSync(json)]);
}

function decodeRecord(content: Uint8Array, object: string): Record<string, unknown> {
  const body = content.subarray(1);
  if (content[0] === PLAIN) return parseJson(body, object);
  if (content[0] !== ZSTD) throw invalid(object, 'a record of garbage collection');
  try {
    return parseJson(zstdDecompressSync(body, { maxOutputLength: MAX_RECORD_BYTES }), object);
  } catch (cause) {
    throw invalid(object, 'a compressed record of garbage collection', cause);
  }
}

function invalid(object: string, what: string, cause?: unknown): BackupError {
  return new BackupError('OBJECT_INVALID', `Expected ${object} to be ${what}, got something else`, { object, cause });
}

const isIdPair = (id: unknown): boolean => typeof id === 'string' && isObjectId(id);
const isList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem);

/** @throws {BackupError} `OBJECT_INVALID`. */
export function decodeOpening(content: Uint8Array, object: string): EpochOpening {
  const { token, tombstones } = decodeRecord(content, object);
  if (typeof token !== 'string' || !isList(tombstones, isIdPair)) throw invalid(object, 'the opening of a round');
  return { token, tombstones: tombstones as PackId[] };
}

/** @throws {BackupError} `OBJECT_INVALID`. */
export function decodeDecision(content: Uint8Array, object: string): EpochDecision {
  const { token, history, packs, segments, sessions } = decodeRecord(content, object);
  const valid =
    typeof token === 'string' &&
    typeof history === 'string' &&
    /^[0-9a-f]{16}$/.test(history) &&
    isList(packs, isIdPair) &&
    isList(segments, isIdPair) &&
    isList(sessions, (id) => typeof id === 'string' && isCommitId(id));
  if (!valid) throw invalid(object, 'the decision of a round');
  return {
    token,
    history,
    packs: packs as PackId[],
    segments: segments as SegmentId[],
    sessions: sessions as string[],
  };
}

/** @throws {BackupError} `OBJECT_INVALID`. */
export function decodeHistory(content: Uint8Array, object: string): History {
  const { snapshots, forgotten, remembered = [], segments, incomplete } = decodeRecord(content, object);
  const isSnapshot = (item: unknown): boolean => {
    const { epoch, record } = (item ?? {}) as Record<string, unknown>;
    return Number.isSafeInteger(epoch) && isRecord(record);
  };
  const isId = (id: unknown): boolean => typeof id === 'string' && isSessionId(id);
  const isSegment = (item: unknown): boolean => {
    const { id, packs } = (item ?? {}) as Record<string, unknown>;
    return isIdPair(id) && isList(packs, isIdPair);
  };
  const valid =
    isList(snapshots, isSnapshot) &&
    isList(forgotten, isId) &&
    isList(remembered, isForgotten) &&
    isList(segments, isSegment) &&
    isList(incomplete, isId);
  if (!valid) throw invalid(object, 'a history');
  return {
    snapshots: snapshots as History['snapshots'],
    forgotten: forgotten as string[],
    remembered: remembered as ForgottenSnapshot[],
    segments: segments as CountingSegment[],
    incomplete: incomplete as string[],
  };
}

/** Checks what this program relies on; a keyholder wrote it, so this guards against errors, not attacks. */
export function isRecord(value: unknown): value is SnapshotRecord {
  if (value === null || typeof value !== 'object') return false;
  const { id, host, startedAt, sources, tags, follows } = value as Record<string, unknown>;
  return (
    [id, host, startedAt].every((field) => typeof field === 'string') &&
    Number.isFinite(Date.parse(startedAt as string)) &&
    isList(sources, isSource) &&
    isList(tags, (tag) => typeof tag === 'string') &&
    isList(follows, isFollowed)
  );
}

function isFollowed(value: unknown): boolean {
  const { id, madeMs } = (value ?? {}) as Record<string, unknown>;
  return typeof id === 'string' && Number.isSafeInteger(madeMs);
}

function isSource(value: unknown): boolean {
  const { root, path, catalog } = (value ?? {}) as Record<string, unknown>;
  const { sha256, length, height } = (catalog ?? {}) as Record<string, unknown>;
  return (
    typeof root === 'string' &&
    typeof path === 'string' &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    [length, height].every((number) => Number.isSafeInteger(number) && Number(number) >= 0)
  );
}
