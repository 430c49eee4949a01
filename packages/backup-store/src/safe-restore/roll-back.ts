import { dirname } from 'node:path';

import { BackupError, codeOf } from '../errors.ts';
import { isWithin } from '../catalog/path-order.ts';
import type { EntryProblem, RollbackResult, RunOptions } from '../repository/contract.ts';
import { restore, type RestoreFrom } from '../restore/restore.ts';
import type { RunContext } from '../run/context.ts';
import { displayPath } from '../run/display-path.ts';
import { openTreeSink } from '../sink/tree-sink.ts';
import { touchedPaths } from './changes.ts';
import type { JournalEntry } from './journal.ts';

/**
 * Makes everything that a restore has changed what it was before: from the safety backup, and by removing what is new. What else has
 * changed meanwhile stays.
 *
 * @param safety The safety backup; absent when nothing was there before.
 */
export async function rollBack(
  context: RunContext,
  entry: JournalEntry,
  { safety, ...options }: RunOptions & { readonly safety: RestoreFrom | undefined },
): Promise<RollbackResult> {
  const hasOld = entry.changes.some(({ isNew }) => !isNew);
  if (safety === undefined && hasOld) {
    throw new BackupError('INVALID_OPTION', `Expected a safety backup to go back to, restore ${entry.id} made none`, {
      hint: 'Nothing was changed, and it is not told of any more. Restore an older snapshot of the same paths.',
    });
  }
  const only = touchedPaths(entry.changes);
  const back = { snapshot: safety?.record.id ?? '', inPlace: true, overwrite: 'always', delete: true } as const;
  // First: what is new may be where a file was.
  const removed = removeNew(entry);
  const result = safety && (await restore(context, safety, { ...back, ...options }, only));
  const problems = [...(result?.problems ?? []), ...removed.problems];
  const nothing = (result?.filesWritten ?? 0) + removed.count === 0;
  return {
    status: problems.length === 0 ? 'ok' : nothing ? 'failed' : 'partial',
    filesWritten: result?.filesWritten ?? 0,
    entriesDeleted: (result?.entriesDeleted ?? 0) + removed.count,
    problems,
  };
}

/**
 * What the restore has made where no safety backup has looked goes, deepest first, and folders only when they are empty then; and what it
 * has put where a folder was, which can't come back over it.
 */
function removeNew({ newRoots, changes }: JournalEntry): { count: number; problems: EntryProblem[] } {
  const problems: EntryProblem[] = [];
  let count = 0;
  for (const text of newRoots) {
    const root = Buffer.from(text, 'latin1');
    const folder = Buffer.from(dirname(text), 'latin1');
    const skip = folder.length === 1 ? 1 : folder.length + 1;
    try {
      using sink = openTreeSink(folder, { create: false });
      for (const { path, isNew, wasFolder } of changes.toReversed()) {
        const bytes = Buffer.from(path, 'latin1');
        if ((!isNew && wasFolder !== true) || !isWithin(bytes, root)) continue;
        const relative = bytes.subarray(skip);
        const isFolder = sink.lstat(relative)?.kind === 'directory';
        // It is back already.
        if (isFolder && wasFolder === true) continue;
        if (isFolder && sink.list(relative).length > 0) continue;
        if (isFolder ? sink.removeTree(relative) : sink.remove(relative)) count++;
      }
    } catch (error) {
      problems.push({ ...displayPath(root), code: codeOf(error), message: (error as Error).message });
    }
  }
  return { count, problems };
}
