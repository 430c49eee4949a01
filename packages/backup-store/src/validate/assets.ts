import { lstat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';

import { BackupError } from '../errors.ts';
import type { EntryProblem } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { type CheckOutcome, problemOf, skipped } from './check.ts';
import type { RequiredAssets, RestoredCopy } from './contract.ts';

/**
 * Where a path is in a sandbox: an original absolute one below a root of the snapshot, or a path as the snapshot has it.
 *
 * @throws {BackupError} `UNSAFE_PATH` when it leads out of the sandbox.
 */
export function sandboxPath(sandbox: string, { sources }: SnapshotRecord, path: string): string {
  const source = sources.find(({ root }) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`));
  const inside = source === undefined ? path : join(source.path, path.slice(source.root.length));
  const found = resolve(sandbox, inside.replace(/^\/+/, ''));
  if (found === sandbox || found.startsWith(`${sandbox}${sep}`)) return found;
  throw new BackupError('UNSAFE_PATH', `Expected a path in the snapshot, got ${JSON.stringify(path)}`);
}

/** Whether everything is there that has to be. */
export async function checkAssets(restored: RestoredCopy, assets: RequiredAssets | undefined): Promise<CheckOutcome> {
  if (assets === undefined) return skipped('nothing was named that has to be there');
  const paths = typeof assets === 'function' ? await assets(restored) : assets;
  const problems: EntryProblem[] = [];
  for (const path of paths) {
    try {
      await lstat(restored.pathOf(path));
    } catch (error) {
      problems.push({ ...problemOf(path, error), message: 'It has to be there, and is not' });
    }
  }
  return {
    checked: paths.length,
    problems,
    detail: `${paths.length - problems.length} of ${paths.length} paths are there`,
  };
}
