import type { Stats } from 'node:fs';
import { lstat, mkdir, readlink, realpath, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import type { ArtifactEntry } from '../../artifact/model.ts';
import { shown, VersioningError } from '../../errors.ts';
import { isWithin } from '../layout/deploy-layout.ts';
import type { DeployLayout, SharedLink } from '../layout/model.ts';

/**
 * The entries that a release gets beside its links. A folder with nothing in it gives way to a link; anything else in its place belongs in `shared`, or out of the release.
 *
 * @throws {VersioningError} `LAYOUT_BLOCKED`.
 */
export function besideLinks<T extends ArtifactEntry>({ links }: DeployLayout, entries: readonly T[]): readonly T[] {
  return entries.filter(({ path, kind }) => {
    const link = links.find((each) => meets(each.path, path, kind));
    if (link === undefined) return true;
    if (kind === 'directory') return false;
    throw new VersioningError(
      'LAYOUT_BLOCKED',
      `Expected nothing in the place of the link ${shown(link.path)} to shared/${link.target}, got ${shown(path)}`,
      { hint: 'Put it into shared/ if it is to outlive releases, or leave it out with `exclude`.' },
    );
  });
}

/** Whether an entry is at the place of a link, below it, or a file above it. */
const meets = (link: string, path: string, kind: ArtifactEntry['kind']): boolean =>
  path === link || path.startsWith(`${link}/`) || (kind === 'file' && link.startsWith(`${path}/`));

/**
 * Looks whether the targets of links are what they should be, and makes folders that are missing.
 *
 * @returns The files that are not there yet, below `shared/`.
 * @throws {VersioningError} `LAYOUT_BLOCKED` for a file in the place of a folder or the other way round, for a link in `shared/` that leads nowhere, in a circle or into a release; `WRITE_FAILED`.
 */
export async function checkTargets(layout: DeployLayout): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const link of layout.links) {
    const place = join(layout.shared, link.target);
    const found = await follow(place);
    if (found !== undefined) {
      if (found.isDirectory() !== (link.kind === 'folder')) throw blocked(link, `a ${link.kind}`, 'something else');
      await demandOutside(layout, link, place);
    } else if (link.kind === 'file') {
      missing.push(link.target);
    }
    const folder = link.kind === 'folder' ? place : dirname(place);
    await writing(folder, mkdir(folder, { recursive: true }));
  }
  return missing;
}

async function follow(place: string): Promise<Stats | undefined> {
  try {
    return await stat(place);
  } catch (cause) {
    const isLink = await lstat(place).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    if (isLink)
      throw new VersioningError(
        'LAYOUT_BLOCKED',
        `Expected ${place} to lead somewhere, got a link that leads nowhere or in a circle`,
        {
          hint: 'Repair the link, or mount what it leads to. Nothing was changed.',
        },
      );
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw fileFailure('READ_FAILED', 'something that can be looked at', { path: place, cause });
  }
}

/** `shared/` may lie on other disks, but nothing of it in what is removed with a release. */
async function demandOutside(layout: DeployLayout, link: SharedLink, place: string): Promise<void> {
  const [real, releases] = await Promise.all([realpath(place), realpath(layout.releases)]);
  if (isWithin(releases, real)) throw blocked(link, 'something outside of releases', real);
}

const blocked = ({ target }: SharedLink, expectation: string, found: string): VersioningError =>
  new VersioningError('LAYOUT_BLOCKED', `Expected ${expectation} at shared/${target}, got ${found}`, {
    hint: 'Move it, or correct the link in the options of the layout.',
  });

/** Makes the links of a release. They are relative, so that the whole root may be moved. */
export async function makeLinks(layout: DeployLayout, folder: string): Promise<void> {
  for (const link of layout.links) {
    const place = join(folder, link.path);
    await writing(dirname(place), mkdir(dirname(place), { recursive: true }));
    const target = targetOf(layout, link, folder);
    await writing(place, symlink(target, place, link.kind === 'folder' ? 'junction' : 'file'));
  }
}

/** The links of a release that are not what was made, such as after an installation. */
export async function brokenLinks(layout: DeployLayout, folder: string): Promise<readonly SharedLink[]> {
  const found: SharedLink[] = [];
  for (const link of layout.links) {
    const target = await readlink(join(folder, link.path)).catch(() => undefined);
    if (target === undefined || (process.platform !== 'win32' && target !== targetOf(layout, link, folder)))
      found.push(link);
  }
  return found;
}

/** On Windows a junction has a whole path. */
function targetOf(layout: DeployLayout, { path, target }: SharedLink, folder: string): string {
  const goal = join(layout.shared, target);
  return process.platform === 'win32' ? goal : relative(dirname(join(folder, path)), goal);
}

async function writing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'something that can be made', { path, cause });
  }
}
