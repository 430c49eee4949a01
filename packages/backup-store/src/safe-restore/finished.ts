import type { RestoredPart } from '../repository/contract.ts';
import type { JournalEntry, PlaceNote, RestoreJournal } from './journal.ts';

/**
 * A restore into a place holds: its note goes. So do those that older restores of the same have left half done, which is done now: to go back
 * behind them would undo this one.
 */
export async function endInto(journal: RestoreJournal, entry: JournalEntry): Promise<void> {
  await journal.remove(entry.id);
  const { tenant, into } = entry;
  if (into === undefined) return;
  for (const older of await journal.unfinished())
    if (older.tenant === tenant && older.into !== undefined && covers(into, older.into)) await journal.remove(older.id);
}

/** Whether one restore has restored all that another one has. Pure. */
function covers(done: PlaceNote, older: PlaceNote): boolean {
  if (done.name !== older.name) return false;
  if (done.parts === undefined) return true;
  const isCovered = ({ name, choice }: RestoredPart): boolean =>
    done.parts?.some((part) => part.name === name && (part.choice === undefined || part.choice === choice)) === true;
  return older.parts?.every(isCovered) === true;
}
