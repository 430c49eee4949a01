import { BackupError } from '../errors.ts';
import type { PlaceRepository, RestorePlace, RollbackResult, SafeRestoreStep } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { RestoreClaim } from './claims.ts';
import { atStep, type JournalEntry, type RestoreJournal } from './journal.ts';

/** What going back to how a place was works with. */
export interface PlaceReturn {
  readonly context: RunContext;
  readonly repository: PlaceRepository;
  readonly find: (snapshot: string) => Promise<SnapshotRecord>;
  readonly journal: RestoreJournal;
  readonly entry: JournalEntry;
  readonly place: RestorePlace;
  readonly onStep?: ((step: SafeRestoreStep) => void) | undefined;
}

/** Whether there is what going back in a place needs. */
export const canReturn = ({ safetySnapshot, into }: JournalEntry): boolean =>
  safetySnapshot !== undefined || into?.isEmpty === true;

/** The same, of a restore that goes back by itself. */
export interface OwnReturn extends PlaceReturn {
  readonly claim: RestoreClaim;
}

/** Goes back if that can be done, and returns the error that says what has become of the restore. */
export async function backAfter(way: OwnReturn, reason: unknown): Promise<unknown> {
  const { journal, entry, onStep, claim } = way;
  const { safetySnapshot, into } = entry;
  if (!canReturn(entry)) {
    await journal.remove(entry.id);
    return reason;
  }
  const isAlone = await claim.becomeReturn().catch(() => false);
  // Replaced as a whole, it would lose what the other restore has written.
  if (!isAlone && into?.parts === undefined) {
    await journal.release(entry).catch(() => undefined);
    return notRolledBack(entry, new Error('another restore is under way in it', { cause: reason }));
  }
  onStep?.({ step: 'roll-back', safetySnapshot });
  let kept: readonly string[];
  try {
    ({ kept = [] } = await goBack(way));
  } catch (failure) {
    return failure;
  }
  const said = reason instanceof Error ? reason.message : String(reason);
  const details = reason instanceof BackupError ? (reason.details ?? []) : [];
  const state = kept.length === 0 ? 'all is as it was before' : 'what others have written since stays';
  return new BackupError(
    'RESTORE_ROLLED_BACK',
    `The restore into ${into?.name} was rolled back, and ${state}: ${said}`,
    {
      cause: reason,
      details: [...details, ...kept.map((each) => `kept: ${each}`)],
      hint: safetyHint(safetySnapshot),
    },
  );
}

const safetyHint = (safety: string | undefined): string | undefined =>
  safety === undefined ? undefined : `What was there before is also in the safety snapshot ${safety}.`;

/** Makes a place what it was; the note of the restore goes when it is. @throws {BackupError} `ROLLBACK_FAILED`. */
async function goBack({ context, repository, find, journal, entry, place }: PlaceReturn): Promise<RollbackResult> {
  const { safetySnapshot, into, snapshot } = entry;
  let kept: readonly string[] | undefined;
  try {
    await journal.write(atStep(entry, 'roll-back'));
    const safety = safetySnapshot === undefined ? undefined : await find(safetySnapshot);
    // Not to be ended halfway by whoever has given up the restore.
    const returned = await place.goBack(
      { state: into?.state ?? null, safety },
      { repository, notes: journal.notes(entry.id) },
    );
    ({ kept } = returned ?? {});
  } catch (cause) {
    await journal.release(atStep(entry, 'roll-back')).catch(() => undefined);
    context.emit('restore.rolledBack', { snapshot, status: 'failed' });
    throw notRolledBack(entry, cause);
  }
  await journal.remove(entry.id);
  context.emit('restore.rolledBack', { snapshot, status: 'ok' });
  return { status: 'ok', filesWritten: 0, entriesDeleted: 0, problems: [], kept };
}

function notRolledBack({ id, into, safetySnapshot }: JournalEntry, cause: unknown): BackupError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const more =
    cause instanceof BackupError ? [...(cause.details ?? []), ...(cause.hint === undefined ? [] : [cause.hint])] : [];
  return new BackupError(
    'ROLLBACK_FAILED',
    `Expected ${into?.name} to become what it was before, got ${JSON.stringify(said)}`,
    {
      cause,
      details: more,
      hint:
        `See to what was wrong, then roll the restore ${id} back again` +
        (safetySnapshot === undefined
          ? '.'
          : `, or restore the safety snapshot ${safetySnapshot} into it yourself: it has all that was there.`),
    },
  );
}

/** Goes back behind a restore that was not finished. @throws {BackupError} `INVALID_OPTION` when the place is another one; `ROLLBACK_FAILED`. */
export async function returnTo(
  way: Omit<PlaceReturn, 'place'>,
  place: RestorePlace | undefined,
): Promise<RollbackResult> {
  const { entry, journal } = way;
  // Without it, going back would leave nothing of what was there.
  if (!canReturn(entry)) {
    await journal.remove(entry.id);
    throw new BackupError(
      'INVALID_OPTION',
      `Expected a restore with a safety backup to go back behind, got one into ${entry.into?.name} that has made none`,
      {
        hint: 'Nothing was changed, and it is not told of any more. Restore a snapshot into it to finish what was begun.',
      },
    );
  }
  if (place?.name === entry.into?.name && place !== undefined) return await goBack({ ...way, place });
  throw new BackupError(
    'INVALID_OPTION',
    `Expected the place ${entry.into?.name} to go back in, got ${place?.name ?? 'none'}`,
    { hint: 'Name the place that was restored into: it may need a password, which is kept nowhere.' },
  );
}
