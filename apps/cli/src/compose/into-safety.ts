import type { BackupError, BackupSource, Repository, SnapshotRecord } from '@x/backup-store';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { userName } from './user.ts';

/** What is there before a restore writes into it: databases, or files. */
export interface CurrentState {
  readonly sources?: readonly BackupSource[] | undefined;
  readonly paths?: readonly string[] | undefined;
}

/** What is saved before a restore writes into it. */
export interface TargetToSave {
  readonly current: CurrentState;
  /** As the user has named it. */
  readonly url: string;
  /** What is about to be restored. */
  readonly record: SnapshotRecord;
}

/**
 * Makes a snapshot of kind `safety` of what a restore is about to change, and says how to go back to it.
 *
 * @returns Its id.
 * @throws {BackupError} `SAFETY_INCOMPLETE` when it can't be saved; `ABORTED`; what the repository throws.
 */
export async function saveTarget(
  context: Context,
  repository: Repository,
  { current, url, record }: TargetToSave,
): Promise<string> {
  const { messages, signal } = context;
  messages.note('Making a safety snapshot of what is there now.');
  const progress = createProgressReporter(messages);
  const { snapshot } = await context
    .timed('safety snapshot', () =>
      repository.backup({
        ...current,
        kind: 'safety',
        // Half of a database is nothing to go back to.
        atomic: true,
        tenant: record.tenant.name,
        note: `before the restore of ${record.id}`,
        createdBy: userName(),
        signal,
        onProgress: progress.onProgress,
      }),
    )
    .catch(async (error: unknown) => {
      throw (error as Partial<BackupError>).code === 'SOURCE_FAILED' ? await notSaved(error as BackupError) : error;
    })
    .finally(() => progress.end());
  if (snapshot === undefined) throw await notSaved();
  messages.note(`Safety snapshot ${shortId(snapshot.id)}; to undo what follows:`);
  messages.note(`  ${goBackCall(snapshot.id, current.paths === undefined ? url : undefined)}`);
  return snapshot.id;
}

/** A database of SQLite as it is now, sound or not: what is damaged is often what a restore is for. */
export async function currentSqlite(path: string): Promise<BackupSource> {
  const { sqliteSource } = await import('@x/backup-store/sqlite');
  return sqliteSource({ path, check: false });
}

async function notSaved(cause?: BackupError): Promise<BackupError> {
  const { BackupError: Thrown } = await import('@x/backup-store');
  const message = 'Expected to save the database before it is changed, but it can not be read';
  return new Thrown('SAFETY_INCOMPLETE', message, {
    cause,
    hint: 'The database was not changed. --no-safety-backup restores without a way back.',
    details: cause?.details,
  });
}

/** The command that brings a database, or files, back from the safety snapshot. Pure. */
export function goBackCall(id: string, url: string | undefined): string {
  if (url === undefined) return `holdfast backup restore ${shortId(id)} --in-place --overwrite always`;
  const how = url.startsWith('sqlite:') ? '' : ' --overwrite always';
  const word = /^[\w@%+=:,./-]+$/.test(url) ? url : `'${url.replaceAll("'", String.raw`'\''`)}'`;
  return `holdfast backup restore ${shortId(id)} --into ${displayText(word)}${how}`;
}
