import { BackupError } from '../errors.ts';
import { wantedName } from '../keyring/tenant-name.ts';
import type { SnapshotFilter } from '../repository/contract.ts';
import type { OpenTenant } from '../run/context.ts';
import type { SnapshotRecord } from './record.ts';

/** Beginnings of ids shorter than this are not taken for ids. */
const MIN_PREFIX = 4;

/** A snapshot and the tenant it belongs to. */
export interface TenantSnapshot {
  readonly tenant: OpenTenant;
  readonly record: SnapshotRecord;
  /** Milliseconds since 1970: after all that it follows, whatever the clocks said. */
  readonly madeMs: number;
}

/** What of a snapshot filters look at. */
type Filtered = Pick<SnapshotRecord, 'tenant' | 'host' | 'name' | 'kind' | 'startedAt' | 'tags'> & {
  readonly sources: readonly Pick<SnapshotRecord['sources'][number], 'root'>[];
};

/** Whether a snapshot has all that a filter asks for. */
export function matches(record: Filtered, filter: SnapshotFilter): boolean {
  return (
    (filter.tenant === undefined || record.tenant.name === wantedName(filter.tenant)) &&
    (filter.host === undefined || record.host === filter.host) &&
    (filter.name === undefined || record.name === filter.name) &&
    (filter.kinds === undefined || filter.kinds.includes(record.kind)) &&
    (filter.before === undefined || Date.parse(record.startedAt) < filter.before) &&
    (filter.after === undefined || Date.parse(record.startedAt) >= filter.after) &&
    (filter.tags ?? []).every((tag) => record.tags.includes(tag)) &&
    (filter.roots === undefined || sameRoots(record, filter.roots))
  );
}

function sameRoots(record: Filtered, roots: readonly string[]): boolean {
  return (
    record.sources.length === roots.length &&
    roots.every((root) => record.sources.some((source) => source.root === root))
  );
}

/**
 * Finds the one snapshot that a reference means: `latest`, a whole id, a name, or the beginning of an id. A checkpoint lacks content,
 * so it is the latest only where checkpoints were asked for.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_AMBIGUOUS` with the candidates as `details`.
 */
export function resolveSnapshot(
  all: readonly TenantSnapshot[],
  reference: string,
  filter: SnapshotFilter = {},
): TenantSnapshot {
  const candidates = all.filter(({ record }) => matches(record, filter));
  if (reference === 'latest') {
    const isMeant = ({ kind }: SnapshotRecord): boolean => filter.kinds !== undefined || kind !== 'checkpoint';
    const last = candidates.toSorted((a, b) => a.madeMs - b.madeMs).findLast(({ record }) => isMeant(record));
    return last ?? notFound(reference, all);
  }
  const exact = candidates.find(({ record }) => record.id === reference);
  if (exact !== undefined) return exact;
  const named = candidates.filter(({ record }) => record.name === reference);
  const prefix = reference.toLowerCase();
  const found =
    named.length > 0
      ? named
      : candidates.filter(({ record }) => prefix.length >= MIN_PREFIX && record.id.startsWith(prefix));
  const [only, second] = found;
  if (only === undefined) return notFound(reference, all);
  if (second === undefined) return only;
  throw new BackupError('SNAPSHOT_AMBIGUOUS', `Expected one snapshot for "${reference}", got ${found.length}`, {
    details: found.map(({ record }) => `${record.id} ${record.startedAt} ${record.name ?? ''}`.trim()),
    hint: 'Name one of them by its id.',
  });
}

/**
 * The error of a snapshot that is lost (its commit is gone or can't be read), if `reference` may mean it. For `latest`
 * that is one which no later snapshot names: an older one must not quietly pass for it.
 */
export function lostSnapshot(
  lost: readonly BackupError[],
  all: readonly TenantSnapshot[],
  reference: string,
): BackupError | undefined {
  if (lost.length === 0) return undefined;
  const followed = new Set(all.flatMap(({ record }) => record.follows.map(({ id }) => id)));
  const prefix = reference.toLowerCase();
  return lost.find(({ object = '' }) => {
    const id = object.slice(object.lastIndexOf('/') + 1);
    return reference === 'latest' ? !followed.has(id) : prefix.length >= MIN_PREFIX && id.startsWith(prefix);
  });
}

function notFound(reference: string, all: readonly TenantSnapshot[]): never {
  throw new BackupError('SNAPSHOT_NOT_FOUND', `Expected a snapshot "${reference}", got none among ${all.length}`, {
    hint:
      all.length === 0
        ? 'There are no snapshots yet.'
        : 'List the snapshots to see their ids and names. The beginning of an id needs four digits or more.',
  });
}
