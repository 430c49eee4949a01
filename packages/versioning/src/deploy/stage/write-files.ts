import { lstat, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDigest } from '@x/integrity';
import { fileFailure } from '../../artifact/file-failure.ts';
import type { ArtifactEntry, ArtifactWork } from '../../artifact/model.ts';
import { WorkProgress } from '../../artifact/progress.ts';
import { shown, VersioningError } from '../../errors.ts';
import { inLanes } from '../../lanes.ts';
import type { PreviousFiles } from './previous-files.ts';
import type { StageSource } from './source.ts';
import type { StagedEntry } from './staged-entry.ts';

/** The files of a release that came from its content. */
export interface WrittenFiles {
  readonly entries: readonly StagedEntry[];
  readonly reusedFiles: number;
  readonly reusedBytes: number;
  /**
   * The digest of a file that was not touched since.
   *
   * @param before Nanoseconds since 1970. What was written later is read again: clocks of file systems tick slowly, and a second write within one tick is not seen.
   */
  digestOf(entry: StagedEntry, before: bigint): string | undefined;
}

/** What is written, and where it may come from. */
export interface FilesToWrite {
  readonly source: StageSource;
  readonly entries: readonly ArtifactEntry[];
  readonly previous: PreviousFiles | undefined;
  readonly work: ArtifactWork;
}

/** Writes the files of a release into a new folder, or takes them from the release before. @throws {VersioningError} `WRITE_FAILED`, and what the source throws. */
export async function writeFiles(folder: string, files: FilesToWrite): Promise<WrittenFiles> {
  const { entries, work } = files;
  const progress = new WorkProgress(entries, work);
  const written = new Map<string, StagedEntry>();
  let [reusedFiles, reusedBytes] = [0, 0];
  await makeFolders(folder, entries);
  await inLanes(entries, async (entry) => {
    work.signal?.throwIfAborted();
    if (entry.kind === 'file') {
      const { digest, isReused } = await putFile(entry, join(folder, entry.path), { ...files, progress });
      const { path, size, executable } = entry;
      const { mtimeNs } = await lstat(join(folder, path), { bigint: true });
      written.set(path, { path, kind: 'file', size, executable, digest, mtimeNs: String(mtimeNs) });
      if (isReused) [reusedFiles, reusedBytes] = [reusedFiles + 1, reusedBytes + size];
    }
    progress.finished();
  });
  return {
    entries: [...written.values()],
    reusedFiles,
    reusedBytes,
    digestOf: ({ path, size, mtimeNs }, before) => {
      const known = written.get(path);
      const isUntouched = known?.size === size && known.mtimeNs === mtimeNs && BigInt(mtimeNs ?? 0) < before;
      return isUntouched ? known.digest : undefined;
    },
  };
}

/** All folders at first: files that are written at the same time may need the same one. */
async function makeFolders(top: string, entries: readonly ArtifactEntry[]): Promise<void> {
  const folders = new Set(entries.map(({ path, kind }) => (kind === 'directory' ? path : dirname(path))));
  for (const folder of ['', ...folders])
    await writing(join(top, folder), mkdir(join(top, folder), { recursive: true }));
}

interface Putting extends FilesToWrite {
  readonly progress: WorkProgress;
}

async function putFile(
  entry: ArtifactEntry,
  target: string,
  { source, previous, progress }: Putting,
): Promise<{ readonly digest: string; readonly isReused: boolean }> {
  const candidate = previous?.candidate(entry);
  if (candidate?.digest !== undefined && candidate.digest === (await source.digestOf(entry))) {
    if ((await previous?.take(candidate, target)) === true) {
      progress.add(entry.size);
      return { digest: candidate.digest, isReused: true };
    }
  }
  return { digest: await writeNew(entry, target, { source, progress }), isReused: false };
}

async function writeNew(
  entry: ArtifactEntry,
  target: string,
  { source, progress }: Pick<Putting, 'source' | 'progress'>,
): Promise<string> {
  const hasher = await createDigest('sha256');
  const file = await writing(target, open(target, 'wx', entry.executable ? 0o777 : 0o666));
  try {
    for await (const piece of source.content(entry)) {
      const done = file.writeFile(piece);
      hasher.update(piece); // while the system writes
      await writing(target, done);
      progress.add(piece.length);
    }
  } finally {
    await file.close();
  }
  const [digest, expected] = [String(hasher.digest()), source.expected(entry)];
  if (expected === undefined || digest === expected) return digest;
  throw new VersioningError('DIGEST_MISMATCH', `Expected ${shown(entry.path)} to be ${expected}, got ${digest}`, {
    hint: 'The artefact was changed on its way: fetch it again.',
  });
}

async function writing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'something that can be written', { path, cause });
  }
}
