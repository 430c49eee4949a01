import { relative, resolve, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import { createDigest, type Digest, digest as digestOf } from '@x/integrity';
import { directoryHeader, endOfArchive, localHeader } from '@x/integrity/archive';
import { shown, VersioningError } from '../errors.ts';
import { aheadInOrder } from '../lanes.ts';
import { contentOf } from './content.ts';
import type { ArtifactEntry, ArtifactInventory, ArtifactPlan, ArtifactSummary, ArtifactWork } from './model.ts';
import { PartFile } from './part-file.ts';
import { type PiecePair, piecePair } from './pieces.ts';
import { orderedEntries } from './plan-artifact.ts';
import { WorkProgress } from './progress.ts';
import { smallContent, withLargeFile } from './source-file.ts';
import { recordOf } from './zip-records.ts';

/** Options of {@link createArtifact}. */
export interface CreateArtifactOptions extends ArtifactWork {
  /** Whether the result has `contents`, with the digest of each file. No file is read once more for that. Default: `false`. */
  readonly withDigests?: boolean | undefined;
}

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
 * const { digest, contents } = await createArtifact(await planArtifact('build'), 'app-1.2.3.zip', { withDigests: true });
 * console.log(`${digest}`, contents.map((content) => `${content.digest} ${content.path}`));
 * ```
 */
export async function createArtifact(
  plan: ArtifactPlan,
  target: string,
  options: CreateArtifactOptions & { readonly withDigests: true },
): Promise<ArtifactInventory>;
export async function createArtifact(
  plan: ArtifactPlan,
  target: string,
  options?: CreateArtifactOptions,
): Promise<ArtifactSummary>;
export async function createArtifact(
  plan: ArtifactPlan,
  target: string,
  options: CreateArtifactOptions = {},
): Promise<ArtifactSummary | ArtifactInventory> {
  const { withDigests = false } = options;
  const entries = orderedEntries(plan.entries);
  checkTarget(plan, target);
  options.signal?.throwIfAborted();
  const part = await PartFile.create(target);
  try {
    const progress = new WorkProgress(entries, options);
    const writing = { folder: plan.folder, part, memory: piecePair(), progress, withDigests };
    const written: WrittenEntry[] = [];
    const ready = aheadInOrder(entries, async (entry) => {
      options.signal?.throwIfAborted();
      return { entry, content: await smallContent(plan.folder, entry) };
    });
    for await (const { entry, content } of ready) {
      written.push(
        content === undefined ? await writeLarge(entry, writing) : await writeSmall(entry, content, writing),
      );
      progress.finished();
    }
    const offset = part.position;
    for (const entry of written) await part.write(directoryHeader(recordOf(entry, entry)));
    await part.write(endOfArchive({ entries: written.length, offset, size: part.position - offset }));
    options.signal?.throwIfAborted();
    const summary = { digest: await part.complete(), size: part.position, entries: entries.length };
    return withDigests ? { ...summary, contents: written.map((entry) => contentOf(entry, entry.digest)) } : summary;
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
  readonly withDigests: boolean;
}

interface WrittenEntry extends ArtifactEntry {
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Of its content, where it was asked for. */
  readonly digest: Digest | undefined;
}

async function writeSmall(entry: ArtifactEntry, content: Buffer, writing: Writing): Promise<WrittenEntry> {
  const { part, progress, withDigests } = writing;
  const written = { ...entry, crc32: crc32(content), offset: part.position };
  await part.write(localHeader(recordOf(written, written)));
  await part.write(content);
  progress.add(content.length);
  return { ...written, digest: withDigests ? await digestOf(content) : undefined };
}

async function writeLarge(entry: ArtifactEntry, writing: Writing): Promise<WrittenEntry> {
  const { folder, part, memory, progress, withDigests } = writing;
  const hasher = withDigests ? await createDigest('sha256') : undefined;
  return withLargeFile({ folder, entry, memory }, async (large) => {
    const written = { ...entry, crc32: large.crc32, offset: part.position };
    await part.write(localHeader(recordOf(written, written)));
    for await (const piece of large.content()) {
      const writtenPiece = part.write(piece);
      hasher?.update(piece); // while the system writes
      await writtenPiece;
      progress.add(piece.length);
    }
    return { ...written, digest: hasher?.digest() };
  });
}
