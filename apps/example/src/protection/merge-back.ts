import type { Repository } from '@x/backup-store';
import {
  type MergeRules,
  prepareRecordRestore,
  type RecordRestorePlan,
  type RecordRestoreResult,
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
 * done, so that nobody books a room whose reservation is about to come back.
 *
 * @returns What was done; `undefined` when nobody agreed.
 */
export async function mergeBack(
  repository: Repository,
  { hotel, places }: { readonly hotel: Hotel; readonly places: HotelPlaces },
  { snapshot, rules, agree }: MergeBackOptions,
): Promise<RecordRestoreResult | undefined> {
  return await withRecords(places, async ({ target }) => {
    const restore = await prepareRecordRestore(repository, {
      snapshot,
      filter: { tenant: places.id },
      source: RECORDS,
      mode: 'merge',
      target,
      targetName: `${places.kind} of ${places.id}`,
      rules,
    });
    const plan = await restore.plan();
    if (!(await agree(plan))) return undefined;
    return await hotel.atRest(async () => await restore.apply(plan));
  });
}
