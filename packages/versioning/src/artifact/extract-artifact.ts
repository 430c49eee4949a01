import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { shown, VersioningError } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { type ArchiveEntry, readArchive } from './archive.ts';
import { unsafe } from './archive-failure.ts';
import { codeOf, fileFailure } from './file-failure.ts';
import type { ArtifactLimits } from './limits.ts';
import type { ArtifactSummary, ArtifactWork } from './model.ts';
import { type ExpectedDigest, withArtifact } from './opened-artifact.ts';
import { WorkProgress } from './progress.ts';

/** Options of {@link extractArtifact}. */
export interface ExtractArtifactOptions extends ArtifactWork {
  /** What was published with the artefact, as `sha256:<hex>`. `'unchecked'` takes the file as it is. */
  readonly digest: ExpectedDigest;
  readonly limits?: ArtifactLimits | undefined;
}

/**
 * Extracts an artefact, or any ZIP that keeps to the same rules, to a folder that does not exist yet or is empty.
 *
 * The digest is verified before anything is parsed. Then all entries are checked, before the first is written: paths that lead
 * elsewhere, that some system does not allow or takes for another entry's, links and special files, encrypted entries, entries that
 * share bytes, headers that contradict each other, and the limits. Contents have to be as long as they say and to match
 * their CRC-32. The folder appears when it is complete; after a failure, nothing is left.
 *
 * Files get the modes that the umask leaves of 0666 or 0777, and the present time. They are not forced to disk.
 *
 * @throws {VersioningError} `DIGEST_MISMATCH`, `UNSAFE_ARTIFACT`, `ARTIFACT_DAMAGED`, `ARTIFACT_TOO_LARGE`, `TARGET_EXISTS`,
 * `INVALID_OPTION`, `FILE_CHANGED`, `READ_FAILED`, `WRITE_FAILED`.
 * @example
 * ```ts
 * import { extractArtifact } from '@x/versioning';
 *
 * const published = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
 * await extractArtifact('app-1.2.3.zip', 'releases/1.2.3', { digest: published });
 * ```
 */
export async function extractArtifact(
  artifact: string,
  folder: string,
  options: ExtractArtifactOptions,
): Promise<ArtifactSummary> {
  const target = resolve(folder);
  await demandFree(target);
  const { digest, limits, signal } = options;
  return withArtifact({ path: artifact, digest, signal }, async (opened) => {
    const entries = await readArchive(opened.file, { size: opened.size, limits, signal });
    const part = `${target}.${randomUUID()}.part`;
    try {
      await writing(part, mkdir(part));
      await writeEntries(part, entries, options);
      await moveTo(target, part);
    } catch (error) {
      await rm(part, { recursive: true, force: true });
      throw error;
    }
    return { digest: opened.digest, size: opened.size, entries: entries.length };
  });
}

/** Nothing, or an empty folder. */
async function demandFree(target: string): Promise<void> {
  try {
    if ((await readdir(target)).length > 0) throw targetExists(target);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    if (codeOf(cause) === 'ENOTDIR') throw targetExists(target);
    throw fileFailure('READ_FAILED', 'a folder that can be listed', { path: target, cause });
  }
}

function targetExists(target: string): VersioningError {
  return new VersioningError(
    'TARGET_EXISTS',
    `Expected a folder that is empty or not there yet, got ${shown(target)}`,
    {
      hint: 'Extract to a new folder: files of two versions must not be mixed.',
    },
  );
}

async function writeEntries(
  part: string,
  entries: readonly ArchiveEntry[],
  options: ExtractArtifactOptions,
): Promise<void> {
  const progress = new WorkProgress(entries, options);
  await makeFolders(part, entries);
  await inLanes(entries, async (entry) => {
    options.signal?.throwIfAborted();
    if (entry.kind === 'file') await writeFileOf(entry, join(part, entry.path), progress);
    progress.finished();
  });
}

/** All folders at first: files that are written at the same time may need the same one. */
async function makeFolders(part: string, entries: readonly ArchiveEntry[]): Promise<void> {
  const folders = new Set(entries.map(({ path, kind }) => (kind === 'directory' ? path : dirname(path))));
  for (const folder of folders) await writing(folder, mkdir(join(part, folder), { recursive: true }));
}

async function writeFileOf(entry: ArchiveEntry, path: string, progress: WorkProgress): Promise<void> {
  const file = await writing(entry.path, open(path, 'wx', entry.executable ? 0o777 : 0o666));
  try {
    // The list of entries was within the limits, and no entry gives more bytes than it says: so are the contents.
    for await (const piece of entry.content()) {
      await writing(entry.path, file.writeFile(piece));
      progress.add(piece.length);
    }
  } finally {
    await file.close();
  }
}

/** The empty folder that may be there gives way; one that is filled meanwhile does not. */
async function moveTo(target: string, part: string): Promise<void> {
  try {
    await rmdir(target);
  } catch (cause) {
    if (codeOf(cause) === 'ENOTEMPTY') throw targetExists(target);
    if (codeOf(cause) !== 'ENOENT')
      throw fileFailure('WRITE_FAILED', 'a folder that can be replaced', { path: target, cause });
  }
  try {
    await rename(part, target);
  } catch (cause) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(cause) ?? '')) throw targetExists(target);
    throw fileFailure('WRITE_FAILED', 'a folder that can be put in its place', { path: target, cause });
  }
}

async function writing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    // Exclusive: on this file system, another entry has the same name.
    if (codeOf(cause) === 'EEXIST') throw unsafe(path, 'is the same as another entry here');
    throw fileFailure('WRITE_FAILED', 'something that can be written', { path, cause });
  }
}
