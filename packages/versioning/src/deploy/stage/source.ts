import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digest as digestOf } from '@x/integrity';
import { type ArchiveEntry, readArchive } from '../../artifact/archive.ts';
import { fileChanged, fileFailure } from '../../artifact/file-failure.ts';
import { IgnoreRules } from '../../artifact/ignore-rules.ts';
import type { ArtifactLimits } from '../../artifact/limits.ts';
import type { ArtifactContent, ArtifactEntry } from '../../artifact/model.ts';
import { type ExpectedDigest, withArtifact } from '../../artifact/opened-artifact.ts';
import { piecePair, pieces } from '../../artifact/pieces.ts';
import { planArtifact } from '../../artifact/plan-artifact.ts';
import { READ_FLAGS } from '../../artifact/source-file.ts';

/** What a release is made of. */
export type StageContent =
  | {
      readonly kind: 'artifact';
      readonly path: string;
      /** As for `extractArtifact`. */
      readonly digest: ExpectedDigest;
      readonly limits?: ArtifactLimits | undefined;
      /** What is in it, from its verified release: then what has not changed is not even read. */
      readonly contents?: readonly ArtifactContent[] | undefined;
    }
  | {
      readonly kind: 'folder';
      readonly path: string;
      /** Files in it that say, as `.gitignore` does, what is left out. Default: `.artifactignore`. */
      readonly ignoreFiles?: readonly string[] | undefined;
    };

/** The content of a release while it is open. */
export interface StageSource {
  readonly entries: readonly ArtifactEntry[];
  /** SHA-256 of the artefact; a folder has none. */
  readonly digest: Digest | undefined;
  /** The content of a file, checked as far as it can be. */
  content(entry: ArtifactEntry): AsyncIterable<Buffer>;
  /** SHA-256 of the content of a file. */
  digestOf(entry: ArtifactEntry): Promise<string>;
}

/** What belongs to a machine or to an installation, in copies of folders. */
const LEFT_OUT = ['/db/', '/media/', '/logs/', '/venv/', '/.venv/', '/node_modules/'];

interface SourceOptions {
  readonly exclude: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** Opens what a release is made of and hands it to `use`. @throws {VersioningError} as `extractArtifact` or `planArtifact`. */
export async function withSource<T>(
  content: StageContent,
  options: SourceOptions,
  use: (source: StageSource) => Promise<T>,
): Promise<T> {
  return content.kind === 'folder' ? use(await folderSource(content, options)) : withArchive(content, options, use);
}

async function withArchive<T>(
  content: StageContent & { readonly kind: 'artifact' },
  { exclude, signal }: SourceOptions,
  use: (source: StageSource) => Promise<T>,
): Promise<T> {
  const { path, digest, limits, contents = [] } = content;
  return withArtifact({ path, digest, signal }, async (opened) => {
    const rules = IgnoreRules.of(['/.env', ...exclude]);
    const all = await readArchive(opened.file, { size: opened.size, limits, signal });
    const entries = all.filter((entry) => !rules.matches(entry.path, entry.kind === 'directory'));
    const known = new Map(contents.map((each) => [each.path, each.digest]));
    const contentOf = (entry: ArtifactEntry): AsyncIterable<Buffer> => (entry as ArchiveEntry).content();
    return use({
      entries,
      digest: opened.digest,
      content: contentOf,
      digestOf: async (entry) => known.get(entry.path) ?? String(await digestOf(contentOf(entry), { signal })),
    });
  });
}

async function folderSource(
  { path, ignoreFiles = ['.artifactignore'] }: StageContent & { readonly kind: 'folder' },
  { exclude, signal }: SourceOptions,
): Promise<StageSource> {
  const plan = await planArtifact(path, { exclude: ['/.env', ...LEFT_OUT, ...exclude], ignoreFiles, signal });
  const contentOf = (entry: ArtifactEntry): AsyncIterable<Buffer> => fileContent(plan.folder, entry);
  return {
    entries: plan.entries,
    digest: undefined,
    content: contentOf,
    digestOf: async (entry) => String(await digestOf(contentOf(entry), { signal })),
  };
}

async function* fileContent(folder: string, entry: ArtifactEntry): AsyncGenerator<Buffer> {
  const path = join(folder, entry.path);
  try {
    const file = await open(path, READ_FLAGS);
    try {
      let length = 0;
      for await (const piece of pieces(file, piecePair())) {
        length += piece.length;
        yield piece;
      }
      if (length !== entry.size) throw fileChanged(entry.path);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileFailure('READ_FAILED', 'a file that can be read', { path, cause });
  }
}
