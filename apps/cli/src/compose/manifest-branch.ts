import { dirname } from 'node:path';
import type { Repository } from '@x/backup-store';
import type { CommittedManifests } from '@x/operations';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

/** Commits the manifests that the configured branch lacks. @throws {OperationsError} `GIT_NOT_FOUND`, `GIT_FAILED`, `INVALID_OPTION`. */
export async function commitConfigured(
  context: Context,
  { settings, file }: Effective,
  repository: Pick<Repository, 'snapshots'>,
): Promise<CommittedManifests> {
  const directory = settings['git.directory'] ?? (file === undefined ? context.workingDirectory : dirname(file));
  const { commitManifests } = await import('@x/operations');
  const snapshots = await repository.snapshots();
  return context.timed('commit manifests', async () =>
    commitManifests(snapshots, { directory, branch: settings['git.branch'], signal: context.signal }),
  );
}

/** After a backup, where that is configured. The backup is stored: what git can't do is told, and done with the next one. */
export async function commitAfterBackup(
  context: Context,
  effective: Effective,
  repository: Pick<Repository, 'snapshots'>,
): Promise<void> {
  const { settings } = effective;
  if (settings['git.enabled'] !== true || settings['git.autoCommit'] === false) return;
  try {
    const { branch, commit } = await commitConfigured(context, effective, repository);
    if (commit !== undefined)
      context.messages.detail(`manifest committed to ${displayText(branch)}: ${commit.slice(0, 12)}`);
  } catch (error) {
    if (context.signal.aborted) return;
    const said = error instanceof Error ? error.message : String(error);
    context.messages.warn(`The manifest was not committed, and is with the next backup: ${displayText(said)}`);
  }
}
