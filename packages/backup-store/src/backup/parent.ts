import { BackupError } from '../errors.ts';
import type { BackupOptions } from '../repository/contract.ts';
import type { OpenTenant } from '../run/context.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { resolveSnapshot } from '../snapshots/resolve.ts';
import { sameRoot } from './source-run.ts';

/** What a backup is of. */
export interface BackedUp {
  readonly host: string;
  readonly roots: readonly Buffer[];
}

/**
 * The snapshot to compare with: of the same tenant, host and roots, the newest or the one that `since` names. Never a checkpoint: what that
 * lacks would be lacking again.
 *
 * @throws {BackupError} `INVALID_OPTION` when the one named can't be compared with; `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_AMBIGUOUS`.
 */
export function findParent(
  tenant: OpenTenant,
  backedUp: BackedUp,
  since: BackupOptions['since'] = 'last',
): SnapshotRecord | undefined {
  const all = tenant.view.snapshots
    .filter(({ record }) => record.tenant.id === tenant.tenant.id)
    .map(({ record, madeMs }) => ({ tenant, record, madeMs }));
  const isComparable = ({ record }: { readonly record: SnapshotRecord }): boolean =>
    differs(record, backedUp) === undefined;
  if (since === 'last') return all.findLast(isComparable)?.record;
  if (typeof since === 'number') return all.findLast((each) => each.madeMs <= since && isComparable(each))?.record;
  const { record } = resolveSnapshot(all, since);
  const why = differs(record, backedUp);
  if (why === undefined) return record;
  throw new BackupError('INVALID_OPTION', `Expected a snapshot of the same sources, got ${record.id}, ${why}`, {
    hint: 'Name one of the same paths and this machine that is no checkpoint, or leave it to the last one.',
  });
}

/**
 * Whether the last full snapshot of the same sources and machine is so old that the next is to be another. One of the future by as much
 * was made by a clock that was wrong, and counts for as little.
 */
export function isFullDue(
  tenant: OpenTenant,
  backedUp: BackedUp,
  { everyMs, nowMs }: { readonly everyMs: number; readonly nowMs: number },
): boolean {
  return !tenant.view.snapshots.some(
    ({ record, madeMs }) =>
      record.tenant.id === tenant.tenant.id &&
      record.kind === 'full' &&
      record.status === 'ok' &&
      Math.abs(nowMs - madeMs) < everyMs &&
      differs(record, backedUp) === undefined,
  );
}

/** Why a snapshot is none to compare with. */
function differs(record: SnapshotRecord, { host, roots }: BackedUp): string | undefined {
  if (record.kind === 'checkpoint') return 'which is a checkpoint';
  if (record.host !== host) return `which is of ${record.host}`;
  const isSame =
    record.sources.length === roots.length &&
    roots.every((root) => record.sources.some((source) => sameRoot(source, root)));
  return isSame ? undefined : `which is of ${record.sources.map(({ root }) => root).join(', ')}`;
}
