import { createDigest } from '@x/integrity';
import { aheadInOrder } from '../lanes.ts';
import { type ArchiveEntry, readArchive } from './archive.ts';
import { contentOf } from './content.ts';
import type { ListArtifactOptions } from './list-artifact.ts';
import type { ArtifactContent, ArtifactWork } from './model.ts';
import { withArtifact } from './opened-artifact.ts';
import { WorkProgress } from './progress.ts';

/** Options of {@link readContents}. */
export interface ReadContentsOptions extends ListArtifactOptions, ArtifactWork {}

/**
 * Reads all that is in an artefact and gives what `createArtifact` gives as `contents`: the entries in their order, with the
 * digests of their contents. Nothing is written. Entries and contents have to pass the checks that `extractArtifact` makes.
 *
 * @throws {VersioningError} As `extractArtifact`, but for `TARGET_EXISTS` and `WRITE_FAILED`.
 * @example
 * ```ts
 * import { diffContents, readContents } from '@x/versioning';
 *
 * const { changed } = diffContents(await readContents('app-1.2.2.zip'), await readContents('app-1.2.3.zip'));
 * for (const { path, before, after } of changed) console.log(path, after.size - before.size);
 * ```
 */
export async function readContents(artifact: string, options: ReadContentsOptions = {}): Promise<ArtifactContent[]> {
  const { digest = 'unchecked', limits, signal } = options;
  return withArtifact({ path: artifact, digest, signal }, async ({ file, size }) => {
    const entries = await readArchive(file, { size, limits, signal });
    const progress = new WorkProgress(entries, options);
    const contents: ArtifactContent[] = [];
    for await (const content of aheadInOrder(entries, async (entry) => readEntry(entry, progress))) {
      contents.push(content);
      progress.finished();
    }
    return contents;
  });
}

async function readEntry(entry: ArchiveEntry, progress: WorkProgress): Promise<ArtifactContent> {
  if (entry.kind === 'directory') return contentOf(entry, undefined);
  const hasher = await createDigest('sha256');
  for await (const piece of entry.content()) {
    hasher.update(piece);
    progress.add(piece.length);
  }
  return contentOf(entry, hasher.digest());
}
