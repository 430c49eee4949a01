import type { Repository, RestorePlan, SnapshotRecord } from '@x/backup-store';
import { access } from 'node:fs/promises';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { userName } from './user.ts';

/** What is about to happen. */
export interface InPlaceRestore {
  readonly record: SnapshotRecord;
  readonly plan: RestorePlan;
}

const below = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);

/** Roots of the snapshot that the plan changes something in. Pure. */
export function affectedRoots({ record, plan }: InPlaceRestore): readonly string[] {
  const changing = plan.actions.filter((action) => action.action !== 'keep' && action.action !== 'note');
  const roots = record.sources.map((source) => source.root);
  return roots.filter((root) => changing.some((action) => below(action.path, root)));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Backs up what a restore in place is about to change, as it is now; `undefined` when nothing is there.
 *
 * @throws {CliError} `SAFETY_INCOMPLETE` when something that would be replaced or deleted could not be saved.
 */
export async function makeSafetySnapshot(
  context: Context,
  repository: Repository,
  restore: InPlaceRestore,
): Promise<string | undefined> {
  const roots = affectedRoots(restore);
  const present = await Promise.all(roots.map(exists));
  const paths = roots.filter((_, index) => present[index]);
  if (paths.length === 0) return undefined;
  context.messages.note('Making a safety snapshot of what is there now.');
  const progress = createProgressReporter(context.messages);
  const { record, plan } = restore;
  const options = {
    paths,
    kind: 'safety' as const,
    createdBy: userName(),
    tenant: record.tenant.name,
    note: `before the restore of ${record.id}`,
    signal: context.signal,
    onProgress: progress.onProgress,
  };
  const result = await context.timed('safety snapshot', () => repository.backup(options)).finally(() => progress.end());
  const replaced = new Set(
    plan.actions.filter(({ action }) => action === 'overwrite' || action === 'delete').map(({ path }) => path),
  );
  const lost = result.problems.map(({ path }) => path).filter((path) => replaced.has(path));
  if (result.snapshot === undefined || lost.length > 0) {
    throw new CliError(
      'SAFETY_INCOMPLETE',
      'Expected to save everything that the restore replaces, but some of it can not be read',
      {
        hint: 'Nothing was changed. Make these paths readable, or restore with --to DIR and move the files yourself.',
        details: lost,
      },
    );
  }
  context.messages.note(`Safety snapshot ${shortId(result.snapshot.id)}: restore it to undo what follows.`);
  return result.snapshot.id;
}
