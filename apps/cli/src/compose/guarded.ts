import type { IntoPlace, Repository, RestoreIntoResult, SnapshotRecord } from '@x/backup-store';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { goBackCall } from './into-safety.ts';
import { commandValidation, type SafetyFlags } from './safety.ts';
import { startLeftServices } from './left-services.ts';
import { serviceOf } from './services.ts';
import { userName } from './user.ts';

/** What is restored, and how it is guarded. */
export interface GuardedRestore<Result> {
  readonly record: SnapshotRecord;
  readonly into: IntoPlace<Result>;
  readonly flags: SafetyFlags;
  /** As the user has named the place; absent where files are what comes back. */
  readonly url?: string | undefined;
}

/** Restores into a database or documents, says what is done as it is done, and goes back by itself when that fails. */
export async function restoreGuarded<Result>(
  context: Context,
  repository: Repository,
  { record, into, flags, url }: GuardedRestore<Result>,
): Promise<RestoreIntoResult<Result>> {
  const { messages, signal } = context;
  const { safetyBackup, validateCommand } = flags;
  const command = validateCommand === undefined ? undefined : commandValidation(validateCommand, signal);
  const progress = createProgressReporter(messages);
  const validate = command === undefined ? undefined : async () => await command({ snapshot: record.id });
  if (!safetyBackup && flags.isQuiet !== true)
    messages.note('No safety snapshot is made: what is replaced can not come back.');
  const done = await context
    .timed('restore', () =>
      repository.restoreInto({
        ...into,
        snapshot: record.id,
        safetyBackup,
        service: serviceOf(flags, context.workingDirectory),
        validate: flags.validate ? validate : false,
        createdBy: userName(),
        signal,
        onProgress: progress.onProgress,
        onStep: ({ step, safetySnapshot }) => {
          if (step === 'safety-backup') messages.note('Making a safety snapshot of what is there now.');
          if (step === 'restore' && safetySnapshot !== undefined) {
            progress.end();
            messages.note(`Safety snapshot ${shortId(safetySnapshot)}; to undo what follows:`);
            messages.note(`  ${goBackCall(safetySnapshot, url)}`);
          }
          if (step === 'roll-back') messages.warn('The restore failed: making everything what it was before.');
        },
      }),
    )
    .finally(() => progress.end());
  // What waited for an older restore into the same place, which is done with now.
  await startLeftServices(context, repository);
  return done;
}
