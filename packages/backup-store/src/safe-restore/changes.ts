import { isUtf8 } from 'node:buffer';
import { lstatSync } from 'node:fs';

import type { RestoreAction, RestorePlan } from '../repository/contract.ts';
import { isWithin } from '../catalog/path-order.ts';
import type { OnlyPaths } from '../restore/only-paths.ts';
import { sourceRoot } from '../snapshots/locate.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';

/** Paths that a safety backup has as sources of their own. */
const MOST_SAVED = 500;

/** Something a restore changes: an absolute path, one character a byte. */
export interface Change {
  readonly path: string;
  readonly isNew: boolean;
  /** All that was below it goes. */
  readonly isTree: boolean;
  /** A folder was there, and something else takes its place. */
  readonly wasFolder?: boolean | undefined;
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

/** The same of a plan to restore below a folder: what happens to folders that stay is not gone back with. Looks at what is there. */
export function changesBelow({ actions, ...plan }: RestorePlan): Change[] {
  const chosen = actions.filter(({ action, kind }) => action !== 'metadata' || kind !== 'directory');
  return changesOf({ ...plan, actions: chosen }).map((change) =>
    change.isTree && lstatSync(Buffer.from(change.path, 'latin1'), { throwIfNoEntry: false })?.isDirectory() === true
      ? { ...change, wasFolder: true }
      : change,
  );
}

/** Whether all that an older restore of the same snapshot has changed, or was about to, is as that wanted it once a plan is carried out. Looks at what is there. */
export function finishes({ actions }: RestorePlan, changes: readonly Change[]): boolean {
  const found = new Map(actions.map((each) => [bytesOf(each).toString('latin1'), each]));
  return changes.every(({ path, isNew }) => {
    const planned = found.get(path);
    if (planned === undefined) return lstatSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false }) === undefined;
    return isNew || planned.action !== 'keep' || planned.reason === 'unchanged';
  });
}

/**
 * Paths that have all that is overwritten or deleted, each within `root`: exactly these, or, where they are too many, the folders that they
 * are in. Pure.
 */
export function savedPaths(changes: readonly Change[], root: string, most: number = MOST_SAVED): string[] {
  const rootBytes = Buffer.from(root).toString('latin1');
  const above = (path: string): string => (path === rootBytes ? path : path.slice(0, path.lastIndexOf('/')));
  let paths = new Set(changes.filter(({ isNew }) => !isNew).map(({ path }) => readable(path, above)));
  while (paths.size > most) {
    const depth = Math.max(...[...paths].map(depthOf));
    paths = new Set([...paths].map((path) => (depthOf(path) === depth ? above(path) : path)));
  }
  return [...paths].map((path) => Buffer.from(path, 'latin1').toString('utf8'));
}

const depthOf = (path: string): number => path.split('/').length;

/** A path, or the folder above it that has a name in UTF-8. */
function readable(path: string, above: (path: string) => string): string {
  let name = path;
  while (!isUtf8(Buffer.from(name, 'latin1'))) name = above(name);
  return name;
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
