import type { Repository, RestoreOptions, SafeRestoreResult } from '@x/backup-store';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { startLeftServices } from './left-services.ts';
import { type ServiceFlags, serviceOf } from './services.ts';
import { userName } from './user.ts';

/** How a restore over what is there is made safe. */
export interface SafetyFlags extends ServiceFlags {
  /** `false` with `--no-safety-backup`. */
  readonly safetyBackup: boolean;
  /** `false` with `--no-validate`. */
  readonly validate: boolean;
  readonly validateCommand?: string | undefined;
  /** Nothing need be said of a safety snapshot that is not made. */
  readonly isQuiet?: boolean | undefined;
}

/** A command line, given to `sh`, that has to end with 0. */
export function commandValidation(
  line: string,
  signal: AbortSignal,
): (restored: { readonly snapshot: string }) => Promise<void> {
  return async ({ snapshot }) => {
    const { runCommand } = await import('@x/backup-store/command');
    await runCommand({ command: 'sh', args: ['-c', line], env: { HOLDFAST_SNAPSHOT: snapshot }, signal });
  };
}

/** Restores over what is there, in place or below a folder, and goes back by itself when that fails. */
export async function restoreOver(
  context: Context,
  repository: Repository,
  { options, flags }: { readonly options: RestoreOptions; readonly flags: SafetyFlags },
): Promise<SafeRestoreResult> {
  const { messages, signal } = context;
  const { inPlace: _inPlace, ...what } = options;
  const { validateCommand } = flags;
  const command = validateCommand === undefined ? undefined : commandValidation(validateCommand, signal);
  const progress = createProgressReporter(messages);
  const done = await context
    .timed('restore', () =>
      repository.restoreSafely({
        ...what,
        safetyBackup: flags.safetyBackup,
        validate: flags.validate ? command : false,
        service: serviceOf(flags, context.workingDirectory),
        createdBy: userName(),
        signal,
        onProgress: progress.onProgress,
        onStep: ({ step, safetySnapshot }) => {
          if (step === 'safety-backup') messages.note('Making a safety snapshot of what is there now.');
          if (step === 'restore' && safetySnapshot !== undefined)
            messages.note(`Safety snapshot ${shortId(safetySnapshot)}: restore it to undo what follows.`);
          if (step === 'roll-back') messages.warn('The restore failed: making everything what it was before.');
        },
      }),
    )
    .finally(() => progress.end());
  const isHalf = done.rollback !== undefined && done.rollback.status !== 'ok';
  if (isHalf && flags.startCommand !== undefined)
    messages.warn('The service was not started, as what it works with is neither old nor new.');
  // What waited for an older restore of the same, which is done with now.
  await startLeftServices(context, repository);
  return done;
}

/** Tells of restores over what was there that this machine has begun and not finished. */
export async function warnOfUnfinished(context: Context, repository: Repository): Promise<void> {
  for (const { id, snapshot, startedAt, roots, into, safetySnapshot } of await repository.unfinishedRestores()) {
    context.messages.warn(
      `The restore of ${shortId(snapshot)} ${into === undefined ? `to ${roots.join(' ')}` : `into ${displayText(into.name)}`}, begun at ${formatTime(startedAt)}, was not finished. ` +
        (into !== undefined && safetySnapshot === undefined
          ? `Nothing was saved before it. Finish it by restoring again; \`holdfast backup rollback ${id}\` goes back where nothing was there, and else only ends this warning.`
          : `Go back behind it with \`holdfast backup rollback ${id}\`, or finish it by restoring again.`),
    );
  }
}
