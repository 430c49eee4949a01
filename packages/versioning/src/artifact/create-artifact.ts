import { relative, resolve, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import { shown, VersioningError } from '../errors.ts';
import { aheadInOrder } from '../lanes.ts';
import type { ArtifactEntry, ArtifactPlan, ArtifactSummary, ArtifactWork } from './model.ts';
import { PartFile } from './part-file.ts';
import { type PiecePair, piecePair } from './pieces.ts';
import { orderedEntries } from './plan-artifact.ts';
import { WorkProgress } from './progress.ts';
import { smallContent, withLargeFile } from './source-file.ts';
import { directoryHeader, endOfArchive, localHeader, type ZipEntry } from './zip-records.ts';

/**
 * Writes an artefact: a ZIP whose bytes depend on nothing but the paths, the contents and the executable bits of the plan.
 *
 * Contents are stored as they are: encoders of deflate give other bytes from one version to the next. The target appears
 * when it is complete, in the place of an older file if there is one; after a failure, nothing is left of it. A few MiB of memory are
 * used, and some hundred bytes for each entry.
 *
 * @param target The file to write, such as `app-1.2.3.zip`. Its folder must exist.
 * @throws {VersioningError} `FILE_CHANGED` when a file is not, or does not stay, what was planned; `UNSUITABLE_FILE`; `INVALID_OPTION`
 * when the target is one of the files; `READ_FAILED`; `WRITE_FAILED`.
 * @example
 * ```ts
 * import { createArtifact, planArtifact } from '@x/versioning';
 *
 * const { digest, size } = await createArtifact(await planArtifact('build'), 'app-1.2.3.zip');
 * console.log(`${digest}`, size);
 * ```
 */
export async function createArtifact(
  plan: ArtifactPlan,
  target: string,
  options: ArtifactWork = {},
): Promise<ArtifactSummary> {
  const entries = orderedEntries(plan.entries);
  checkTarget(plan, target);
  options.signal?.throwIfAborted();
  const part = await PartFile.create(target);
  try {
    const writing = { folder: plan.folder, part, memory: piecePair(), progress: new WorkProgress(entries, options) };
    const written: ZipEntry[] = [];
    const contents = aheadInOrder(entries, async (entry) => {
      options.signal?.throwIfAborted();
      return { entry, content: await smallContent(plan.folder, entry) };
    });
    for await (const { entry, content } of contents) {
      written.push(
        content === undefined ? await writeLarge(entry, writing) : await writeSmall(entry, content, writing),
      );
      writing.progress.finished();
    }
    const offset = part.position;
    for (const entry of written) await part.write(directoryHeader(entry));
    await part.write(endOfArchive({ entries: written.length, offset, size: part.position - offset }));
    options.signal?.throwIfAborted();
    return { digest: await part.complete(), size: part.position, entries: entries.length };
  } catch (error) {
    await part.discard();
    throw error;
  }
}

/** An artefact that holds its predecessor would be another one each time. */
function checkTarget({ folder, entries }: ArtifactPlan, target: string): void {
  const path = relative(folder, resolve(target)).replaceAll(sep, '/');
  if (!entries.some((entry) => entry.path === path)) return;
  throw new VersioningError('INVALID_OPTION', `Expected a target beside the files, got ${shown(target)}, one of them`, {
    hint: 'Write it to another folder, or leave it out with exclude.',
  });
}

interface Writing {
  readonly folder: string;
  readonly part: PartFile;
  readonly memory: PiecePair;
  readonly progress: WorkProgress;
}

async function writeSmall(entry: ArtifactEntry, content: Buffer, { part, progress }: Writing): Promise<ZipEntry> {
  const written = { ...entry, crc32: crc32(content), offset: part.position };
  await part.write(localHeader(written));
  await part.write(content);
  progress.add(content.length);
  return written;
}

async function writeLarge(entry: ArtifactEntry, { folder, part, memory, progress }: Writing): Promise<ZipEntry> {
  return withLargeFile({ folder, entry, memory }, async (large) => {
    const written = { ...entry, crc32: large.crc32, offset: part.position };
    await part.write(localHeader(written));
    for await (const piece of large.content()) {
      await part.write(piece);
      progress.add(piece.length);
    }
    return written;
  });
}
