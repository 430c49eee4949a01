import { BackupError } from '../errors.ts';
import type { PlaceRepository, RestorePlace, RollbackResult } from '../repository/contract.ts';
import { RestoreJournal } from './journal.ts';
import { returnTo } from './place-return.ts';
import { goBack, type SafeRestoreParts } from './restore-safely.ts';

/** What going back behind an unfinished restore works with. */
export interface UnfinishedParts extends Pick<SafeRestoreParts, 'context' | 'find'> {
  readonly repository: PlaceRepository;
}

/** Goes back behind a restore that was not finished. @throws {BackupError} `INVALID_OPTION` when there is none of this id. */
export async function rollBackUnfinished(
  parts: UnfinishedParts,
  id: string,
  { place, tenant }: { readonly place?: RestorePlace | undefined; readonly tenant?: string | undefined },
): Promise<RollbackResult> {
  const journal = new RestoreJournal(parts.context.cacheFolder);
  const all = (await journal.unfinished()).filter((each) => tenant === undefined || each.tenant === tenant);
  const entry = all.find((each) => each.id === id);
  if (entry === undefined)
    throw new BackupError('INVALID_OPTION', `Expected a restore that was not finished, got "${id}"`, {
      hint: all.length === 0 ? 'There is none on this machine.' : `There are ${all.map((each) => each.id).join(', ')}.`,
    });
  if (entry.into === undefined) return await goBack(parts, journal, entry);
  const find = async (snapshot: string) => (await parts.find(snapshot)).record;
  return await returnTo({ ...parts, find, journal, entry }, place);
}
