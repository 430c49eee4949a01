import type { BigIntStats } from 'node:fs';
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { digest as digestOf } from '@x/integrity';
import { isExecutable } from '../../artifact/chosen-files.ts';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { piecePair, pieces } from '../../artifact/pieces.ts';
import { READ_FLAGS } from '../../artifact/source-file.ts';
import { inLanes } from '../../lanes.ts';
import type { StagedEntry } from './staged-entry.ts';

/** What is ours in a release, and no part of it: it has secrets, of which not even a digest is kept. */
const OWN: ReadonlySet<string> = new Set(['.env', '.env.part']);

/** Files of up to this size are read at once. */
const SMALL_BYTES = 128 * 1024;

/** Options of {@link listStaged}. */
export interface ListStagedOptions {
  readonly signal: AbortSignal | undefined;
  /** The digest of a file that is known; it is read otherwise. */
  readonly known: (entry: StagedEntry) => string | undefined;
}

/** Lists all files and links of a release with their digests, in no order, but for those that are taken away meanwhile. No link is followed. @throws {VersioningError} `READ_FAILED`. */
export async function listStaged(top: string, { signal, known }: ListStagedOptions): Promise<readonly StagedEntry[]> {
  const paths: string[] = [];
  for (const folders = ['']; folders.length > 0;) {
    signal?.throwIfAborted();
    const folder = folders.pop() ?? '';
    for (const name of await reading(folder, readdir(join(top, folder), { withFileTypes: true }))) {
      const path = folder === '' ? name.name : `${folder}/${name.name}`;
      if (name.isDirectory()) folders.push(path);
      else if (!OWN.has(path)) paths.push(path);
    }
  }
  const entries: StagedEntry[] = [];
  await inLanes(paths, async (path) => {
    signal?.throwIfAborted();
    try {
      entries.push(await look(join(top, path), path, { signal, known }));
    } catch (error) {
      // A release that runs takes away its own files, too.
      if (codeOf((error as Error).cause) !== 'ENOENT') throw error;
    }
  });
  return entries;
}

async function look(place: string, path: string, { signal, known }: ListStagedOptions): Promise<StagedEntry> {
  const stats = await reading(place, lstat(place, { bigint: true }));
  const link = { path, kind: 'link', size: 0, executable: false } as const;
  if (stats.isSymbolicLink()) return { ...link, target: await reading(place, readlink(place)) };
  // A socket or pipe of a release that runs leads somewhere, too.
  if (!stats.isFile()) return link;
  const [size, executable, mtimeNs] = [Number(stats.size), mayRun(stats), String(stats.mtimeNs)];
  const file: StagedEntry = { path, kind: 'file', size, executable, mtimeNs };
  return { ...file, digest: known(file) ?? (await digestOfFile(place, file, signal)) };
}

/** Windows has no such bit. */
const mayRun = ({ mode }: BigIntStats): boolean => process.platform !== 'win32' && isExecutable({ mode: Number(mode) });

async function digestOfFile(place: string, { size }: StagedEntry, signal: AbortSignal | undefined): Promise<string> {
  if (size <= SMALL_BYTES) return String(await digestOf(await reading(place, readFile(place))));
  const file = await reading(place, open(place, READ_FLAGS));
  try {
    return String(await reading(place, digestOf(pieces(file, piecePair()), { signal })));
  } finally {
    await file.close();
  }
}

async function reading<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('READ_FAILED', 'something that can be read', { path, cause });
  }
}
