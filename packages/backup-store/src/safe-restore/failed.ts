import { codeOf } from '../errors.ts';
import type { HeldService } from '../service/held-service.ts';
import { atStep, type JournalEntry, type RestoreJournal } from './journal.ts';

/** A restore that has failed. */
export interface FailedRestore {
  readonly service: HeldService;
  /** Absent when it has not begun. */
  readonly attempt: { readonly journal: RestoreJournal; readonly entry: JournalEntry } | undefined;
}

/**
 * Ends a restore that has thrown: its service is started with what is all old or all new, and not with what is half done, which is noted.
 *
 * @returns What to throw.
 */
export async function endFailed({ service, attempt }: FailedRestore, error: unknown): Promise<unknown> {
  const step = attempt && (await attempt.journal.step(attempt.entry.id));
  if (attempt === undefined || (step === undefined && codeOf(error) !== 'ROLLBACK_FAILED'))
    return await service.startAfter(error);
  const { journal, entry } = attempt;
  // Whoever comes next is told of it, also where this process goes on.
  if (step !== undefined && (await journal.isHeld(entry.id)))
    await journal.release(atStep(entry, step)).catch(() => undefined);
  return await service.leave(error);
}
