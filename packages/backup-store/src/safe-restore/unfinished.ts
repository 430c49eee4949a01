import { BackupError } from '../errors.ts';
import type { PlaceRepository, RollbackOptions, RollbackResult } from '../repository/contract.ts';
import { placeOf, RestoreClaims } from './claims.ts';
import { atStep, type JournalEntry, RestoreJournal } from './journal.ts';
import { canGoBack, type FilesReturn, goBack } from './files-return.ts';
import { canReturn, returnTo } from './place-return.ts';

/** What going back behind an unfinished restore works with. */
export interface UnfinishedParts extends FilesReturn {
  readonly repository: PlaceRepository;
}

/** Goes back behind a restore that was not finished. @throws {BackupError} `INVALID_OPTION` when there is none of this id; `ROLLBACK_BUSY`. */
export async function rollBackUnfinished(
  parts: UnfinishedParts,
  id: string,
  { place, tenant, prepare }: RollbackOptions & { readonly tenant?: string | undefined },
): Promise<RollbackResult> {
  const { cacheFolder } = parts.context;
  const journal = new RestoreJournal(cacheFolder);
  const claimed = placeOf(await unfinishedOf(journal, id, tenant));
  await using _ = await new RestoreClaims(cacheFolder).take(claimed, 'return');
  // Whoever had it before may have ended it.
  const entry = await unfinishedOf(journal, id, tenant);
  if (!canBegin(entry, place)) return await goBackIn(parts, { journal, entry, place });
  // Whoever comes now is told that somebody is at work.
  await journal.write(entry);
  try {
    await prepare?.();
    await journal.write(atStep(entry, 'roll-back'));
    return await goBackIn(parts, { journal, entry, place });
  } catch (error) {
    if ((await journal.step(id)) === entry.step) await journal.release(entry);
    else if (await journal.isHeld(id)) await journal.release(atStep(entry, 'roll-back'));
    throw error;
  }
}

async function goBackIn(
  parts: UnfinishedParts,
  { journal, entry, place }: { readonly journal: RestoreJournal; readonly entry: JournalEntry } & RollbackOptions,
): Promise<RollbackResult> {
  if (entry.into === undefined) {
    // To tell of it again and again would be of no use.
    if (!canGoBack(entry)) await journal.remove(entry.id);
    return await goBack(parts, journal, entry);
  }
  const find = async (snapshot: string) => (await parts.find(snapshot)).record;
  return await returnTo({ ...parts, find, journal, entry }, place);
}

/** Whether it will be gone back. */
const canBegin = (entry: JournalEntry, place: RollbackOptions['place']): boolean =>
  entry.into === undefined ? canGoBack(entry) : canReturn(entry) && place?.name === entry.into.name;

async function unfinishedOf(journal: RestoreJournal, id: string, tenant: string | undefined): Promise<JournalEntry> {
  const all = (await journal.unfinished()).filter((each) => tenant === undefined || each.tenant === tenant);
  const entry = all.find((each) => each.id === id);
  if (entry !== undefined) return entry;
  if (await journal.isHeld(id)) throw busy(id);
  throw new BackupError('INVALID_OPTION', `Expected a restore that was not finished, got "${id}"`, {
    hint: all.length === 0 ? 'There is none on this machine.' : `There are ${all.map((each) => each.id).join(', ')}.`,
  });
}

const busy = (id: string): BackupError =>
  new BackupError('ROLLBACK_BUSY', `Expected nobody at work on the restore ${id} or its place, got another process`, {
    hint: 'Nothing was changed. Wait for the other one; when it has failed, go back again.',
  });
