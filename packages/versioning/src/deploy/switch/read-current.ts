import type { Stats } from 'node:fs';
import { lstat, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import type { CurrentState, DeployLayout } from '../layout/model.ts';
import { releaseFolder, versionOf } from '../layout/release-name.ts';

/** What says which release is current: a link that is replaced atomically, or a file beside a link that follows it. */
export type Pointer = 'link' | 'file';

/** The file that says which release is current, where links can't be replaced atomically: the name of its folder and a line end. */
export const pointerFile = (layout: DeployLayout): string => join(layout.releases, 'current.txt');

/** The pointer of a layout: the file where there is one, and on Windows. */
export async function pointerOf(layout: DeployLayout): Promise<Pointer> {
  return process.platform === 'win32' || (await lookAt(pointerFile(layout))) !== undefined ? 'file' : 'link';
}

/**
 * Tells what `releases/current` is. Nothing is changed.
 *
 * @throws {VersioningError} `READ_FAILED`.
 * @example
 * ```ts
 * import { deployLayout, readCurrent } from '@x/versioning/deploy';
 *
 * const current = await readCurrent(deployLayout({ root: '/srv/shop' }));
 * console.log(current.kind === 'release' ? current.version : current.kind);
 * ```
 */
export async function readCurrent(layout: DeployLayout): Promise<CurrentState> {
  const pointed = await readPointer(layout);
  if (pointed !== undefined) return stateOf(layout, pointed, pointed);
  return readLink(layout);
}

/** What the link at `current` is, whatever a pointer file says. */
export async function readLink(layout: DeployLayout): Promise<CurrentState> {
  const found = await lookAt(layout.current);
  if (found === undefined) return { kind: 'none' };
  if (!found.isSymbolicLink()) return { kind: 'occupied' };
  const target = await reading(layout.current, readlink(layout.current));
  const place = resolve(layout.releases, target);
  return stateOf(layout, target, dirname(place) === layout.releases ? basename(place) : undefined);
}

/** A release whose folder is there, or what else a target leads to. */
async function stateOf(layout: DeployLayout, target: string, name: string | undefined): Promise<CurrentState> {
  const version = name === undefined ? undefined : versionOf(name);
  if (version === undefined) return { kind: 'foreign', target };
  try {
    const found = await stat(releaseFolder(layout, version));
    return found.isDirectory() ? { kind: 'release', version } : { kind: 'foreign', target };
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return { kind: 'dangling', target };
    if (codeOf(cause) === 'ELOOP') return { kind: 'foreign', target };
    throw fileFailure('READ_FAILED', 'a release that can be looked at', { path: layout.current, cause });
  }
}

/** Whether a folder of its own is there, and no link. */
export async function isFolderThere(path: string): Promise<boolean> {
  return (await lookAt(path))?.isDirectory() === true;
}

async function readPointer(layout: DeployLayout): Promise<string | undefined> {
  const path = pointerFile(layout);
  const found = await lookAt(path);
  if (found?.isFile() !== true) return undefined;
  return (await reading(path, readFile(path, 'utf8'))).trim();
}

async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw fileFailure('READ_FAILED', 'something that can be looked at', { path, cause });
  }
}

async function reading<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('READ_FAILED', 'something that can be read', { path, cause });
  }
}
