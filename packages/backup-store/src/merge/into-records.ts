import type { IntoPlace, RestorePlace } from '../repository/contract.ts';
import type { SnapshotRestore } from './prepare-restore.ts';
import type { RecordRestorePlan, RecordRestoreResult } from './restore-contract.ts';
import { WrittenRecords } from './written-records.ts';

/** Options of {@link intoRecords}. */
export interface IntoRecordsOptions {
  /** What {@link prepareRecordRestore} has made ready, for the same target. */
  readonly prepared: SnapshotRestore;
  /** Made by it, and looked at by somebody. */
  readonly plan?: RecordRestorePlan | undefined;
  /** {@link recordsPlace} or {@link documentsPlace} of the target. */
  readonly place: RestorePlace;
}

/**
 * Records into a target, for `Repository.restoreInto`: with a safety snapshot before, a validation after, and a way back. Each record that was
 * put is read back and compared by its digest, and each that was deleted has to be gone. The restore is noted in the journal when all of that was well.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { intoRecords, prepareRecordRestore, recordsPlace } from '@x/backup-store/merge';
 * import { sqliteRecords } from '@x/backup-store/records';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const adapter = sqliteRecords({ database: '/srv/hotel.db', tables: [{ table: 'bookings', updatedAt: 'changed' }] });
 * const { target } = adapter;
 * const prepared = await prepareRecordRestore(repository, { snapshot: 'nightly', target, targetName: 'hotel', mode: 'merge' });
 * const place = recordsPlace({ ...adapter, name: 'sqlite:/srv/hotel.db' });
 * await repository.restoreInto({
 *   snapshot: prepared.snapshot.id,
 *   ...intoRecords({ prepared, plan: await prepared.plan(), place }),
 * });
 * ```
 */
export function intoRecords({ prepared, plan, place }: IntoRecordsOptions): IntoPlace<RecordRestoreResult> {
  return {
    place: {
      ...place,
      parts: prepared.parts(plan?.modules.map(({ module }) => module) ?? place.parts?.map(({ name }) => name)),
      look: async (run) => {
        const { state, isEmpty } = await place.look(run);
        return { state: { ...(state as object), isNoted: true }, isEmpty };
      },
    },
    restore: async ({ replacing, notes }) => {
      const written = new WrittenRecords(notes);
      try {
        return await prepared.applyOnly({ plan, onReplace: replacing, written });
      } finally {
        await written.close();
      }
    },
    check: async (_result, { signal, notes }) => await new WrittenRecords(notes).check(prepared.target, signal),
    finish: async (result) => await prepared.note(result),
  };
}
