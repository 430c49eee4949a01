import { BackupError } from '../errors.ts';
import type {
  DatedSnapshot,
  JournalEntry,
  Repository,
  RestoredPart,
  SnapshotFilter,
  TenantHandle,
} from '../repository/contract.ts';
import { randomId } from '../layout/names.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { type BaseChoice, chooseBase, type RestoredFrom } from './choose-base.ts';
import { planRecordRestore } from './plan-restore.ts';
import type { RecordRestoreOptions, RecordRestorePlan, RecordRestoreResult } from './restore-contract.ts';
import { restoreRecords, type RestoreRecordsCall } from './restore-records.ts';
import { recordsSourceOf, snapshotRecords } from './snapshot-records.ts';

/** The repository, or one tenant of it, whose snapshots alone are found then. */
export type RestoredRecords = Pick<Repository | TenantHandle, 'snapshot' | 'timeline' | 'read' | 'entries' | 'journal'>;

/** What {@link prepareRecordRestore} works with. */
export interface SnapshotRestoreOptions extends Omit<RecordRestoreOptions, 'backup' | 'base' | 'isErased'> {
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** For `latest` and names. */
  readonly filter?: SnapshotFilter | undefined;
  /** Name of the source of records in the snapshot. Default: the only one there is. */
  readonly source?: string | undefined;
  /** With `merge`: the snapshot that both sides come from. Default: what the journal says. */
  readonly base?: string | undefined;
  /**
   * With `merge`: a later snapshot, made before the harm; what it knows to be deleted was deleted on purpose. Default: with a time of
   * damage the newest one from before it, else none, since a snapshot from after the harm would take that for a purpose.
   */
  readonly deletionsFrom?: string | undefined;
  /**
   * With `map`: says which records it lets through, so that an unfinished restore is known to be done by a later one of the same. Default: no
   * other one does the same.
   */
  readonly choice?: string | undefined;
  /** Names the target in the journal, such as a database's address without its password. Default: nothing is noted. */
  readonly targetName?: string | undefined;
}

/** A restore of records, ready to be looked at and to be done. */
export interface SnapshotRestore {
  readonly snapshot: SnapshotRecord;
  /** Name of the source of records. */
  readonly source: string;
  /** Where to. */
  readonly target: RecordRestoreOptions['target'];
  /** Which way a merge goes, and why. */
  readonly basis: BaseChoice;
  /** Id of the snapshot whose deletions count. */
  readonly deletionsFrom?: string | undefined;
  /** What of a place it restores when it is about these modules; `undefined`: all. */
  parts(modules: readonly string[] | undefined): readonly RestoredPart[] | undefined;
  /** What it would do. Changes nothing. */
  plan(): Promise<RecordRestorePlan>;
  /** Does it, and notes it in the journal. */
  apply(plan?: RecordRestorePlan): Promise<RecordRestoreResult>;
  /** Does it, and notes nothing: for who may go back behind it. */
  applyOnly(how: RestoreRecordsCall): Promise<RecordRestoreResult>;
  /** Notes in the journal that it was done, for later merges to know. */
  note(result: RecordRestoreResult): Promise<void>;
}

/**
 * Makes ready to restore records of a snapshot: finds the base of a merge, and sees to it that nobody comes back who was erased.
 *
 * @throws {BackupError} `SNAPSHOT_...`; `MODULE_NOT_FOUND` when there are no records; what reading the journal throws. Its calls
 * throw what {@link planRecordRestore} and {@link restoreRecords} do.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { prepareRecordRestore } from '@x/backup-store/merge';
 * import type { RecordTarget } from '@x/backup-store/records';
 *
 * export async function mergeBack(target: RecordTarget): Promise<void> {
 *   await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 *   const damaged = { since: Date.parse('2026-03-01T15:00:00Z'), until: Date.parse('2026-03-01T15:05:00Z') };
 *   const options = { snapshot: 'nightly', target, targetName: 'hotel-db', mode: 'merge', rules: { damaged } } as const;
 *   const restore = await prepareRecordRestore(repository, options);
 *   const plan = await restore.plan();
 *   console.log(restore.basis.reason, plan.added, plan.replaced, plan.conflictList);
 *   await restore.apply(plan);
 * }
 * ```
 */
export async function prepareRecordRestore(
  repository: RestoredRecords,
  options: SnapshotRestoreOptions,
): Promise<SnapshotRestore> {
  const { filter, targetName, signal, mode } = options;
  const snapshot = await repository.snapshot(options.snapshot, filter);
  const source = recordsSourceOf(snapshot, options.source);
  const tenant = snapshot.tenant.name;
  const timeline = await repository.timeline({ tenant });
  const isMerge = mode === 'merge';
  const basis = isMerge
    ? await basisOf(repository, options, { snapshot, timeline })
    : ({ ways: 2, reason: 'never-restored' } as const);
  const deletionsFrom = isMerge ? await deletionsOf(repository, options, { snapshot, source, timeline }) : undefined;
  const erased = await repository.journal.erased({ tenant, signal });
  const run: RecordRestoreOptions = {
    ...options,
    backup: snapshotRecords(repository, { snapshot: snapshot.id, source, deletionsFrom }),
    base: basis.base === undefined ? undefined : snapshotRecords(repository, { snapshot: basis.base, source }),
    isErased: (module, id) => erased.has(module, id),
  };
  const note = async (result: RecordRestoreResult): Promise<void> => {
    const modules = result.modules.map(({ module }) => module);
    if (targetName !== undefined)
      await repository.journal.noteRestore({ tenant, target: targetName, snapshot: snapshot.id, modules, mode });
  };
  return {
    snapshot,
    source,
    target: options.target,
    basis,
    deletionsFrom,
    parts: (modules = options.modules) => partsOf(options, modules),
    plan: async () => await planRecordRestore(run),
    async apply(plan) {
      const result = await restoreRecords(run, { plan });
      await note(result);
      return result;
    },
    applyOnly: async (how) => await restoreRecords(run, how),
    note,
  };
}

/** Parts of a place, as far as they are chosen. */
function partsOf(
  { records, map, choice = map && randomId(16) }: SnapshotRestoreOptions,
  modules: readonly string[] | undefined,
): readonly RestoredPart[] | undefined {
  const names = modules ?? (records && Object.keys(records));
  const chosen = (name: string): string | undefined => records && JSON.stringify(records[name]?.toSorted() ?? []);
  return names?.map((name) => ({ name, choice: [choice, chosen(name)].filter(Boolean).join(' ') || undefined }));
}

interface Found {
  readonly snapshot: SnapshotRecord;
  readonly timeline: readonly DatedSnapshot[];
}

async function basisOf(
  repository: RestoredRecords,
  { base, targetName, modules, records, signal }: SnapshotRestoreOptions,
  { snapshot, timeline }: Found,
): Promise<BaseChoice> {
  const tenant = snapshot.tenant.name;
  const named = base === undefined ? undefined : (await repository.snapshot(base, { tenant })).id;
  const entries = targetName === undefined ? [] : await repository.journal.entries({ tenant, signal });
  const concerned = modules ?? (records && Object.keys(records));
  const restored = restoredFrom(entries, { target: targetName, concerned, timeline });
  return chooseBase({ id: snapshot.id, madeMs: madeMsOf(timeline, snapshot.id) ?? 0 }, { named, restored });
}

/**
 * The last full restore into the target. Merges do not count: after one the data still comes from what it came from before, and a
 * second merge has to decide as the first has.
 */
function restoredFrom(
  entries: readonly JournalEntry[],
  from: {
    readonly target: string | undefined;
    readonly concerned: readonly string[] | undefined;
    readonly timeline: readonly DatedSnapshot[];
  },
): RestoredFrom | undefined {
  const { target, concerned, timeline } = from;
  const last = entries.findLast(
    (entry) => entry.type === 'restored' && entry.target === target && entry.mode === 'full',
  );
  if (last?.type !== 'restored') return undefined;
  // What was restored in part comes from two places.
  if (concerned?.every((module) => last.modules.includes(module)) === false) return undefined;
  return { snapshot: last.snapshot, madeMs: madeMsOf(timeline, last.snapshot), at: Date.parse(last.at) };
}

const madeMsOf = (timeline: readonly DatedSnapshot[], id: string): number | undefined =>
  timeline.find(({ record }) => record.id === id)?.madeMs;

async function deletionsOf(
  repository: RestoredRecords,
  { deletionsFrom, rules }: SnapshotRestoreOptions,
  { snapshot, source, timeline }: Found & { readonly source: string },
): Promise<string | undefined> {
  const hasSource = ({ sources }: SnapshotRecord): boolean =>
    sources.some(({ kind, path }) => kind === 'records' && path === source);
  if (deletionsFrom !== undefined) {
    const named = await repository.snapshot(deletionsFrom, { tenant: snapshot.tenant.name });
    if (!hasSource(named))
      throw new BackupError(
        'MODULE_NOT_FOUND',
        `Expected the source of records "${source}" in snapshot ${named.id}, got none`,
      );
    return named.id;
  }
  const { damaged } = rules ?? {};
  if (damaged === undefined || typeof damaged === 'function') return undefined;
  const madeMs = madeMsOf(timeline, snapshot.id) ?? 0;
  const before = timeline.filter(
    (each) => each.madeMs > madeMs && each.madeMs < damaged.since && hasSource(each.record),
  );
  return before.at(-1)?.record.id;
}
