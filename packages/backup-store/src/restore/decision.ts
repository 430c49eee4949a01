import { type Entry, isAbsent } from '../catalog/entry.ts';
import type { OverwriteMode } from '../repository/contract.ts';
import type { FoundEntry } from '../sink/contract.ts';
import { isUnfinished, looksUnfinished } from '../sink/unfinished.ts';
import type { RestoreItem } from './restore-item.ts';

/** Times are restored within this, in nanoseconds. */
const TIME_PRECISION_NS = 1000n;

const near = (a: bigint, b: bigint): boolean => (a > b ? a - b : b - a) < TIME_PRECISION_NS;

/** Why a file of a checkpoint is not restored. */
const NO_CONTENT = 'the checkpoint has no content of it';

/** What to do with an entry where something may be already; pure. */
export function decide(
  entry: Entry,
  found: FoundEntry | undefined,
  mode: OverwriteMode,
): Pick<RestoreItem, 'action' | 'reason'> {
  const decision = decidePresent(entry, found, mode);
  const needsContent = decision.action === 'create' || decision.action === 'overwrite';
  // What is there is worth more than an empty file.
  return needsContent && isAbsent(entry) ? { action: 'note', reason: NO_CONTENT } : decision;
}

function decidePresent(
  entry: Entry,
  found: FoundEntry | undefined,
  mode: OverwriteMode,
): Pick<RestoreItem, 'action' | 'reason'> {
  if (!isRestorable(entry)) return { action: 'note', reason: `a ${entry.kind} is noted, not restored` };
  if (found === undefined) return { action: 'create' };
  if (entry.kind === 'directory' && found.kind === 'directory')
    return mode === 'never' ? { action: 'keep', reason: 'exists' } : { action: 'metadata' };
  if (entry.kind === 'file' && isUnfinished(found) && !looksUnfinished(entry.mode))
    return { action: 'overwrite', reason: 'left unfinished by a restore' };
  if (mode === 'never') return { action: 'keep', reason: 'exists' };
  if (mode === 'always') return { action: 'overwrite' };
  if (mode === 'if-newer') {
    return entry.mtimeNs > found.mtimeNs && !near(entry.mtimeNs, found.mtimeNs)
      ? { action: 'overwrite' }
      : { action: 'keep', reason: 'not older' };
  }
  if (entry.kind !== found.kind || entry.kind === 'symlink') return { action: 'overwrite' };
  if (entry.size !== found.size || !near(entry.mtimeNs, found.mtimeNs)) return { action: 'overwrite' };
  return entry.mode === found.mode ? { action: 'keep', reason: 'unchanged' } : { action: 'metadata' };
}

const isRestorable = (entry: Entry): boolean =>
  entry.kind === 'directory' || entry.kind === 'file' || entry.kind === 'symlink';
