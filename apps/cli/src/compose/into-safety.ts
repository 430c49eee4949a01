import { BackupError, type BackupSource, type Repository, type SnapshotRecord } from '@x/backup-store';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { userName } from './user.ts';

/** What is saved before a restore writes into a database. */
export interface TargetToSave {
  /** The database as it is now. */
  readonly source: BackupSource;
  /** As the user has named it. */
  readonly url: string;
  /** What is about to be restored. */
  readonly record: SnapshotRecord;
}

/**
 * Makes a snapshot of kind `safety` of a database that a restore is about to change, and says how to go back to it.
 *
 * @returns Its id.
 * @throws {BackupError} `SAFETY_INCOMPLETE` when the database can't be saved; `ABORTED`; what the repository throws.
 */
export async function saveTarget(
  context: Context,
  repository: Repository,
  { source, url, record }: TargetToSave,
): Promise<string> {
  const { messages, signal } = context;
  messages.note('Making a safety snapshot of the database as it is now.');
  const progress = createProgressReporter(messages);
  const { snapshot, problems, status } = await context
    .timed('safety snapshot', () =>
      repository.backup({
        sources: [source],
        kind: 'safety',
        tenant: record.tenant.name,
        note: `before the restore of ${record.id}`,
        createdBy: userName(),
        signal,
        onProgress: progress.onProgress,
      }),
    )
    .finally(() => progress.end());
  if (snapshot === undefined || status !== 'ok') throw notSaved(problems.map(({ message }) => message));
  messages.note(`Safety snapshot ${shortId(snapshot.id)}; to undo what follows:`);
  messages.note(`  ${goBackCall(snapshot.id, url)}`);
  return snapshot.id;
}

/** A database of SQLite as it is now, sound or not: what is damaged is often what a restore is for. */
export async function currentSqlite(path: string): Promise<BackupSource> {
  const { sqliteSource } = await import('@x/backup-store/sqlite');
  return sqliteSource({ path, check: false });
}

const notSaved = (reasons: readonly string[]): BackupError =>
  new BackupError(
    'SAFETY_INCOMPLETE',
    `Expected to save the database before it is replaced, got ${reasons[0] ?? 'nothing of it'}`,
    {
      hint: 'The database was not changed. --no-safety-backup restores without a way back.',
      details: reasons,
    },
  );

/** The command that brings a database back from its safety snapshot. Pure. */
export function goBackCall(id: string, url: string): string {
  const how = url.startsWith('sqlite:') ? '' : ' --overwrite always';
  const word = /^[\w@%+=:,./-]+$/.test(url) ? url : `'${url.replaceAll("'", String.raw`'\''`)}'`;
  return `holdfast backup restore ${shortId(id)} --into ${displayText(word)}${how}`;
}
