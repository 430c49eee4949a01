import type { RestoreAction, RestorePlan } from '../repository/contract.ts';
import { isWithin } from '../catalog/path-order.ts';
import type { OnlyPaths } from '../restore/only-paths.ts';
import { sourceRoot } from '../snapshots/locate.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';

/** Something a restore changes: an absolute path, one character a byte. */
export interface Change {
  readonly path: string;
  readonly isNew: boolean;
  /** All that was below it goes. */
  readonly isTree: boolean;
}

/** A root of a snapshot, and whether it was there before the restore. */
export interface ChangedRoot {
  readonly root: Buffer;
  readonly display: string;
}

const bytesOf = ({ path, pathBase64 }: Pick<RestoreAction, 'path' | 'pathBase64'>): Buffer =>
  pathBase64 === undefined ? Buffer.from(path) : Buffer.from(pathBase64, 'base64');

/** What a plan changes, in its order; pure. */
export function changesOf({ actions }: RestorePlan): Change[] {
  return actions
    .filter(({ action }) => action !== 'keep' && action !== 'note')
    .map(({ action, kind, ...at }) => ({
      path: bytesOf(at).toString('latin1'),
      isNew: action === 'create',
      // A folder that is deleted stands for what is in it; what is overwritten may be one.
      isTree: action === 'delete' || (action === 'overwrite' && kind !== 'directory'),
    }));
}

/** Roots of a snapshot in which something changes; pure. */
export function changedRoots(record: SnapshotRecord, changes: readonly Change[]): ChangedRoot[] {
  const paths = changes.map(({ path }) => Buffer.from(path, 'latin1'));
  return record.sources
    .map((source) => ({ root: sourceRoot(source), display: source.root }))
    .filter(({ root }) => paths.some((path) => isWithin(path, root)));
}

/** What going back is about: what was changed, and the folders that it is in, whose times changed with it. Pure. */
export function touchedPaths(changes: readonly Change[]): OnlyPaths {
  const touched = new Set<string>();
  const trees = new Set<string>();
  for (const { path, isTree } of changes) {
    touched.add(path);
    touched.add(path.slice(0, Math.max(1, path.lastIndexOf('/'))));
    if (isTree) trees.add(path);
  }
  const isInTree = (path: string): boolean => {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      if (trees.has(path.slice(0, end))) return true;
    return false;
  };
  return { wants: (path) => touched.has(path) || isInTree(path), mayDelete: (path) => touched.has(path) };
}
