import { BackupError } from '../errors.ts';
import type { PlaceRepository, RestorePlace, RollbackResult } from '../repository/contract.ts';
import { type JournalEntry, RestoreJournal } from './journal.ts';
import { returnTo } from './place-return.ts';
import { canGoBack, goBack, type SafeRestoreParts } from './restore-safely.ts';

/** Files are gone back with one restore after the other. */
const FILES = 'files';

/** What going back behind an unfinished restore works with. */
export interface UnfinishedParts extends Pick<SafeRestoreParts, 'context' | 'find'> {
  readonly repository: PlaceRepository;
}

/** Goes back behind a restore that was not finished. @throws {BackupError} `INVALID_OPTION` when there is none of this id; `ROLLBACK_BUSY`. */
export async function rollBackUnfinished(
  parts: UnfinishedParts,
  id: string,
  { place, tenant }: { readonly place?: RestorePlace | undefined; readonly tenant?: string | undefined },
): Promise<RollbackResult> {
  const journal = new RestoreJournal(parts.context.cacheFolder);
  const { into } = await unfinishedOf(journal, id, tenant);
  await using claim = await journal.claim(into?.name ?? FILES);
  if (claim === undefined) throw busy(id);
  // Whoever had it before may have ended it.
  const entry = await unfinishedOf(journal, id, tenant);
  if (entry.into === undefined) {
    // To tell of it again and again would be of no use.
    if (!canGoBack(entry)) await journal.remove(entry.id);
    return await goBack(parts, journal, entry);
  }
  const find = async (snapshot: string) => (await parts.find(snapshot)).record;
  return await returnTo({ ...parts, find, journal, entry }, place);
}

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
