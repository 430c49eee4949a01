import type { RestoredPart } from '../repository/contract.ts';
import type { JournalEntry, PlaceNote, RestoreJournal } from './journal.ts';

/** A place, with what others had left in it when a restore began. */
export interface FoundPlace extends PlaceNote {
  /** Ids of restores that were unfinished then. One that was under way, or began later, is none of them. */
  readonly leftBefore?: readonly string[] | undefined;
}

/**
 * A restore into a place holds: its note goes. So do those of the same that it has found left half done, which is done now: to go back
 * behind them would undo this one.
 */
export async function endInto(journal: RestoreJournal, entry: JournalEntry): Promise<void> {
  await journal.remove(entry.id);
  const into: FoundPlace | undefined = entry.into;
  if (into === undefined) return;
  for (const older of await journal.unfinished()) {
    const isSame = older.tenant === entry.tenant && older.into !== undefined && covers(into, older.into);
    if (isSame && into.leftBefore?.includes(older.id) === true) await journal.remove(older.id);
  }
}

/** Whether one restore has restored all that another one has. Pure. */
function covers(done: PlaceNote, older: PlaceNote): boolean {
  if (done.name !== older.name) return false;
  if (done.parts === undefined) return true;
  const isCovered = ({ name, choice }: RestoredPart): boolean =>
    done.parts?.some((part) => part.name === name && (part.choice === undefined || part.choice === choice)) === true;
  return older.parts?.every(isCovered) === true;
}
