import { type FileHandle, open } from 'node:fs/promises';
import { digest as digestOf } from '@x/integrity';
import { type ArchiveEntry, readArchive } from '../../artifact/archive.ts';
import { fileChanged, fileFailure } from '../../artifact/file-failure.ts';
import { IgnoreRules } from '../../artifact/ignore-rules.ts';
import type { ArtifactContent, ArtifactEntry } from '../../artifact/model.ts';
import { withArtifact } from '../../artifact/opened-artifact.ts';
import { shown, VersioningError } from '../../errors.ts';
import type { ArtifactStageContent, SourceOptions, StageSource } from './source.ts';

/** An artefact's file while it is open. */
interface OpenedArchive {
  readonly file: FileHandle;
  /** Bytes. */
  readonly size: number;
  readonly digest: unknown;
}

/** Opens an artefact, checks its digest or its list of contents, and hands it to `use`. @throws {VersioningError} as `extractArtifact`. */
export async function openArchive<T>(
  artifact: ArtifactStageContent,
  { exclude, signal }: SourceOptions,
  use: (source: StageSource) => Promise<T>,
): Promise<T> {
  const { path, digest, limits, contents, isVerified = false } = artifact;
  const rules = IgnoreRules.of([...exclude]);
  const read = async (opened: OpenedArchive): Promise<T> => {
    const all = await readArchive(opened.file, { size: opened.size, limits, signal });
    const known = contents === undefined ? undefined : held(all, contents);
    const isLeftOut = ({ path: inner, kind }: ArchiveEntry): boolean =>
      inner === '.env' || rules.matches(inner, kind === 'directory');
    const expected = (entry: ArtifactEntry): string | undefined => known?.get(entry.path)?.digest;
    return use({
      entries: all.filter((entry) => !isLeftOut(entry)),
      digest: String(opened.digest),
      content: contentOf,
      digestOf: async (entry) => expected(entry) ?? String(await digestOf(contentOf(entry), { signal })),
      expected,
    });
  };
  const isKnown = contents !== undefined || isVerified;
  return isKnown ? withFile(artifact, read) : withArtifact({ path, digest, signal }, read);
}

/** Entries are those that were read. */
const contentOf = (entry: ArtifactEntry): AsyncIterable<Buffer> => (entry as ArchiveEntry).content();

async function withFile<T>(
  { path, digest }: ArtifactStageContent,
  use: (opened: OpenedArchive) => Promise<T>,
): Promise<T> {
  try {
    const file = await open(path, 'r');
    try {
      const before = await file.stat({ bigint: true });
      const result = await use({ file, size: Number(before.size), digest });
      const after = await file.stat({ bigint: true });
      if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) throw fileChanged(path);
      return result;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileFailure('READ_FAILED', 'an artefact that can be read', { path, cause });
  }
}

/** What is known of each entry, when the artefact has exactly these. */
function held(
  entries: readonly ArchiveEntry[],
  contents: readonly ArtifactContent[],
): ReadonlyMap<string, ArtifactContent> {
  const known = new Map(contents.map((content) => [content.path, content]));
  const other = entries.find((entry) => !isSame(entry, known.get(entry.path)))?.path;
  if (other === undefined && entries.length === known.size) return known;
  throw new VersioningError(
    'DIGEST_MISMATCH',
    `Expected the entries that the release says, got ${other === undefined ? 'fewer' : `another ${shown(other)}`}`,
    { hint: 'It is another artefact, or was changed on its way: fetch it again.' },
  );
}

const isSame = ({ kind, size, executable }: ArchiveEntry, other: ArtifactContent | undefined): boolean =>
  other?.kind === kind && other.size === size && other.executable === executable;
