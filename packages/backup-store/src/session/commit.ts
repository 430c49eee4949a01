import { canonicalJson, parseJson } from '../bytes/canonical-json.ts';
import { KIND } from '../envelope/header.ts';
import type { Seal } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { isRecord } from './epoch-records.ts';

/** How a session ended: with a snapshot, or by a pruner's fence. The first to create the object decides. */
export type Commit =
  | {
      readonly type: 'snapshot';
      readonly token: string;
      readonly record: SnapshotRecord;
      /** Ids of its index segments. */ readonly segments: readonly string[];
    }
  | { readonly type: 'fence'; readonly token: string };

/** Seal of a tenant's commits. */
export const commitSeal = (tenant: Tenant): Seal => ({
  kind: KIND.commit,
  subkey: tenant.subkey('meta'),
  older: tenant.olderSubkeys('meta'),
  label: tenant.labelBytes,
});

/** Seal of a tenant's sessions. */
export const sessionSeal = (tenant: Tenant): Seal => ({
  kind: KIND.session,
  subkey: tenant.subkey('session'),
  older: tenant.olderSubkeys('session'),
  label: tenant.labelBytes,
});

/** Seal of a tenant's index segments. */
export const indexSeal = (tenant: Tenant): Seal => ({
  kind: KIND.index,
  subkey: tenant.subkey('index'),
  older: tenant.olderSubkeys('index'),
  label: tenant.labelBytes,
});

/** Seal of a tenant's forget markers: only keepers have the key. */
export const forgetSeal = (tenant: Tenant): Seal => ({
  kind: KIND.forget,
  subkey: tenant.keeperKey,
  older: tenant.olderKeeperKeys,
  label: tenant.labelBytes,
});

export function encodeCommit(commit: Commit): Buffer {
  return Buffer.from(canonicalJson(commit));
}

/** @throws {BackupError} `OBJECT_INVALID`. */
export function decodeCommit(content: Uint8Array, object: string): Commit {
  const commit = parseJson(content, object);
  const { type, token, segments, record } = commit;
  if (type === 'fence' && typeof token === 'string') return { type, token };
  const named = Array.isArray(segments) && segments.every((id) => typeof id === 'string' && /^[0-9a-f]{16}$/.test(id));
  if (type === 'snapshot' && typeof token === 'string' && named && isRecord(record))
    return { type, token, segments: segments as string[], record };
  throw new BackupError('OBJECT_INVALID', `Expected ${object} to be a snapshot or a fence, got something else`, {
    object,
  });
}
