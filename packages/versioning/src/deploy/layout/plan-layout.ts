import type { Stats } from 'node:fs';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { VersioningError } from '../../errors.ts';
import { syncFolder } from '../../files/replace-file.ts';
import type { DeployLayout } from './model.ts';

/** A folder of a layout. */
export interface LayoutFolder {
  /** Absolute. */
  readonly path: string;
  /** Whether it is there already. */
  readonly isThere: boolean;
  /** Whether it is for its owner only: what Holdfast keeps for itself. */
  readonly isPrivate: boolean;
}

/** What `applyLayout` will make. */
export interface LayoutPlan {
  /** In the order in which they are made. */
  readonly folders: readonly LayoutFolder[];
}

/**
 * Looks which folders of a layout are there. Nothing is written. Links to folders count as folders: `shared/media` may lie on another disk.
 *
 * @throws {VersioningError} `LAYOUT_BLOCKED` where a file, or a link that leads nowhere or in a circle, is in the place of one, or a folder in that of `current`; `READ_FAILED`.
 */
export async function planLayout(layout: DeployLayout): Promise<LayoutPlan> {
  const { root, releases, shared, backups, state, sharedFolders, links } = layout;
  const targets = links.map(({ kind, target }) =>
    kind === 'folder' ? join(shared, target) : dirname(join(shared, target)),
  );
  const paths = [
    root,
    releases,
    shared,
    ...sharedFolders.map((each) => join(shared, each)),
    ...targets,
    backups,
    state,
  ];
  const folders: LayoutFolder[] = [];
  await demandNoFolder(layout.current);
  for (const path of new Set(paths)) folders.push({ path, isThere: await isFolder(path), isPrivate: path === state });
  return { folders };
}

/**
 * Makes the folders that a plan found missing, and leaves those that are there as they are; `.holdfast` is for its owner only. May be called again after a kill.
 *
 * @returns The folders that were made.
 * @throws {VersioningError} `WRITE_FAILED`.
 */
export async function applyLayout(plan: LayoutPlan): Promise<readonly string[]> {
  const made: string[] = [];
  for (const { path, isThere, isPrivate } of plan.folders) {
    if (isThere) continue;
    try {
      await mkdir(path, { recursive: true, mode: isPrivate ? 0o700 : 0o777 });
      await syncFolder(dirname(path));
    } catch (cause) {
      throw fileFailure('WRITE_FAILED', 'a folder that can be made', { path, cause });
    }
    made.push(path);
  }
  return made;
}

/** What is switched is a link. */
async function demandNoFolder(current: string): Promise<void> {
  const found = await lstat(current).catch(() => undefined);
  if (found === undefined || found.isSymbolicLink()) return;
  throw new VersioningError('LAYOUT_BLOCKED', `Expected a link, or nothing, at ${current}, got a folder or file`, {
    hint: 'Move it away, such as to releases/v0.0.0 if it is a release, and start again.',
  });
}

/** @throws {VersioningError} `LAYOUT_MISSING` where `deploy init` was not run. */
export async function demandLayout(layout: DeployLayout): Promise<void> {
  for (const path of [layout.releases, layout.shared]) {
    if (await isFolder(path)) continue;
    throw new VersioningError(
      'LAYOUT_MISSING',
      `Expected the folders of a deployment below ${layout.root}, got none at ${path}`,
      {
        hint: 'Make them with `holdfast deploy init`, or check the root.',
      },
    );
  }
}

async function isFolder(path: string): Promise<boolean> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT' && !(await isLink(path))) return false;
    if (code === 'ENOENT') throw blocked(path, 'a link that leads nowhere');
    if (code === 'ELOOP') throw blocked(path, 'a link that leads in a circle');
    if (code === 'ENOTDIR') throw blocked(path, 'a path through a file');
    throw fileFailure('READ_FAILED', 'a folder that can be looked at', { path, cause });
  }
  if (found.isDirectory()) return true;
  throw blocked(path, 'something that is no folder');
}

const isLink = async (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

function blocked(path: string, found: string): VersioningError {
  return new VersioningError('LAYOUT_BLOCKED', `Expected a folder, or a place for one, at ${path}, got ${found}`, {
    hint: 'Move it away; nothing was changed.',
  });
}
