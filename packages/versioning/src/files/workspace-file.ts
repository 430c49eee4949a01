import { constants, type Stats } from 'node:fs';
import { lstat, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../artifact/file-failure.ts';
import { flawOfPath } from '@x/integrity/archive';
import { shown, VersioningError } from '../errors.ts';

/** Longest file that a release changes, in bytes: changelogs and manifests are far from it. */
export const MAX_BYTES: number = 16 * 2 ** 20;

/** A file of a workspace as it is. */
export interface WorkspaceFile {
  /** `undefined`: there is none. */
  readonly text: string | undefined;
  /** `undefined`: there is none. */
  readonly stats: Stats | undefined;
}

const NONE: WorkspaceFile = { text: undefined, stats: undefined };

/** Not through a link that has taken the file's place, and without waiting for the other end of a pipe. Windows has neither flag. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** @throws {VersioningError} `READ_FAILED` when the folder is not there. */
export async function checkWorkspace(workspace: string): Promise<void> {
  const stats = await stat(workspace).catch((cause: unknown) => {
    throw fileFailure('READ_FAILED', 'the folder of a workspace', { path: workspace, cause });
  });
  if (!stats.isDirectory()) {
    throw new VersioningError('READ_FAILED', `Expected the folder of a workspace at ${workspace}, got a file`);
  }
}

/** @throws {VersioningError} `UNSUITABLE_FILE` for a path that leads out of the workspace, or that is another one on some system. */
export function checkWorkspacePath(path: string): void {
  const isOfGit = path.split('/').some((name) => /^(?:\.git|git~1)$/i.test(name));
  const flaw = flawOfPath(path) ?? (isOfGit ? 'leads into the folder of git' : undefined);
  if (flaw !== undefined) throw unsuitable(path, flaw);
}

/**
 * Reads a file of a workspace, through no link.
 *
 * @throws {VersioningError} `UNSUITABLE_FILE` for what is no file of UTF-8 of at most {@link MAX_BYTES} in the workspace; `READ_FAILED`.
 */
export async function readWorkspaceFile(workspace: string, path: string): Promise<WorkspaceFile> {
  checkWorkspacePath(path);
  try {
    return (await isReached(workspace, path)) ? await readAt(workspace, path) : NONE;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return NONE;
    if (codeOf(cause) === 'ELOOP') throw unsuitable(path, IS_LINK);
    throw fileFailure('READ_FAILED', 'a file that can be read', { path: join(workspace, path), cause });
  }
}

const IS_LINK = 'is a link';

/** Whether the folders on the way are there, and are folders. */
async function isReached(workspace: string, path: string): Promise<boolean> {
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    const folder = path.slice(0, end);
    const stats = await statsOf(join(workspace, folder));
    if (stats === undefined) return false;
    if (stats.isSymbolicLink()) throw unsuitable(path, `lies behind ${shown(folder)}, a link`);
    if (!stats.isDirectory()) throw unsuitable(path, `lies in ${shown(folder)}, which is no folder`);
  }
  return true;
}

async function statsOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

async function readAt(workspace: string, path: string): Promise<WorkspaceFile> {
  const place = join(workspace, path);
  const found = await lstat(place);
  if (found.isSymbolicLink()) throw unsuitable(path, IS_LINK);
  // Some systems open no folder at all, and say so with an error that tells less.
  if (found.isDirectory()) throw unsuitable(path, 'is a folder');
  const file = await open(place, READ_FLAGS);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw unsuitable(path, 'is neither a file nor a folder');
    if (stats.size > MAX_BYTES) throw unsuitable(path, `has more than ${MAX_BYTES} bytes`);
    return { text: decoded(path, await file.readFile()), stats };
  } finally {
    await file.close();
  }
}

function decoded(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unsuitable(path, 'is not UTF-8');
  }
}

/** The error of a file that no release may change. */
export function unsuitable(path: string, flaw: string): VersioningError {
  return new VersioningError(
    'UNSUITABLE_FILE',
    `Expected a text file of the workspace, got ${shown(path)}, which ${flaw}`,
    {
      hint: 'Name a file by its path in the workspace, with "/" between names.',
    },
  );
}
