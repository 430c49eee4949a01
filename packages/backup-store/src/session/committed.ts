import { listAll } from '@x/storage';

import { BackupError } from '../errors.ts';
import { commitsPrefix, indexPrefix, isObjectId, nameParts } from '../layout/names.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { type Commit, commitSeal, decodeCommit } from './commit.ts';
import type { CountingSegment, SegmentId } from './epoch-records.ts';
import type { EpochPlace } from './epochs.ts';

/** A committed snapshot and where its commit stands. */
export interface CommittedSnapshot {
  readonly name: string;
  readonly session: string;
  readonly epoch: number;
  readonly record: SnapshotRecord;
  /** Milliseconds since 1970: when it was made, by its writer's clock, but after all that it follows. */
  readonly madeMs: number;
}

/** @throws {BackupError} `OBJECT_INVALID` for one that commits the snapshot of another session; `OBJECT_...` for one that can't be read. */
export async function readCommit({ sealed, tenant, signal }: EpochPlace, name: string): Promise<Commit> {
  const commit = decodeCommit(await sealed.read(name, commitSeal(tenant), { signal }), name);
  const session = nameParts(name, commitsPrefix(tenant.label))[1];
  if (commit.type === 'snapshot' && commit.record.id !== session) {
    throw new BackupError('OBJECT_INVALID', `Expected ${name} to commit the snapshot of its session, got another`, {
      object: name,
    });
  }
  return commit;
}

/** The snapshot that a commit of this name makes; none when it is a fence or was not read. */
export function committedAs(
  label: string,
  name: string,
  commit: Commit | undefined,
): readonly Omit<CommittedSnapshot, 'madeMs'>[] {
  if (commit?.type !== 'snapshot') return [];
  const [epoch, session] = nameParts(name, commitsPrefix(label));
  return [{ name, session: session as string, epoch: Number(epoch), record: commit.record }];
}

/** Keys below a prefix, those up to `after` left out. */
export async function keysOf({ sealed, signal }: EpochPlace, prefix: string, after?: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of listAll(sealed.store, prefix, { after, signal })) names.push(key);
  return names;
}

/** Index segments of the sessions of commits, by what is stored. */
export async function segmentsOf(place: EpochPlace, commits: readonly string[]): Promise<CountingSegment[]> {
  const prefix = indexPrefix(place.tenant.label);
  const found: string[] = [];
  for (const name of commits) found.push(...(await keysOf(place, `${prefix}${name.slice(-32)}/`)));
  return found.flatMap((key) => {
    const id = key.slice(prefix.length) as SegmentId;
    return isObjectId(id) ? { id } : [];
  });
}
