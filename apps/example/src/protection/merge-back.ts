import type { Repository } from '@x/backup-store';
import {
  intoRecords,
  type MergeRules,
  prepareRecordRestore,
  type RecordRestorePlan,
  type RecordRestoreResult,
  recordsPlace,
} from '@x/backup-store/merge';
import type { Hotel } from '../hotel.ts';
import type { HotelPlaces } from '../hotels.ts';
import { RECORDS, withRecords } from './hotel-records.ts';

/** What to merge back, and how. */
export interface MergeBackOptions {
  /** Id of a snapshot from before the harm. */
  readonly snapshot: string;
  /** `damaged` says when the harm was done. */
  readonly rules: MergeRules;
  /** Looks at what would be done; nothing is, unless it says `true`. */
  readonly agree: (plan: RecordRestorePlan) => boolean | Promise<boolean>;
}

/**
 * Brings back what was harmed and keeps what is newer. Guests go on while the plan is made and looked at; they wait while it is
 * done, so that nobody books a room whose reservation is about to come back. A safety snapshot is made before, and gone back to by itself when
 * what was put is not what is there afterwards.
 *
 * @returns What was done; `undefined` when nobody agreed.
 */
export async function mergeBack(
  repository: Repository,
  { hotel, places }: { readonly hotel: Hotel; readonly places: HotelPlaces },
  { snapshot, rules, agree }: MergeBackOptions,
): Promise<RecordRestoreResult | undefined> {
  return await withRecords(places, async (records) => {
    const targetName = `${places.kind} of ${places.id}`;
    const prepared = await prepareRecordRestore(repository, {
      snapshot,
      filter: { tenant: places.id },
      source: RECORDS,
      mode: 'merge',
      target: records.target,
      targetName,
      rules,
    });
    const plan = await prepared.plan();
    if (!(await agree(plan))) return undefined;
    const into = intoRecords({ prepared, plan, place: recordsPlace({ ...records, name: targetName }) });
    const call = { snapshot: prepared.snapshot.id, filter: { tenant: places.id }, ...into };
    return await hotel.atRest(async () => (await repository.restoreInto(call)).result);
  });
}
