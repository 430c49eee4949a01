import type { ArtifactLimits } from '../../artifact/limits.ts';
import type { ArtifactContent, ArtifactEntry } from '../../artifact/model.ts';
import type { ExpectedDigest } from '../../artifact/opened-artifact.ts';

/** What a release is made of. */
export type StageContent = ArtifactStageContent | FolderStageContent;

/** An artefact, of `createArtifact` or of a release. */
export interface ArtifactStageContent {
  readonly kind: 'artifact';
  readonly path: string;
  /** As for `extractArtifact`. */
  readonly digest: ExpectedDigest;
  readonly limits?: ArtifactLimits | undefined;
  /**
   * What is in it, from a release that was verified. Then `digest` is not computed, as each file is held against this list when it is written, and a file that has not changed is not even read.
   */
  readonly contents?: readonly ArtifactContent[] | undefined;
  /** Whether this process has held the file against `digest` already, so that it need not be read once more. Default: `false`. */
  readonly isVerified?: boolean | undefined;
}

/** A folder that is copied. */
export interface FolderStageContent {
  readonly kind: 'folder';
  readonly path: string;
  /** Files in it that say, as `.gitignore` does, what is left out. Default: `.artifactignore`. */
  readonly ignoreFiles?: readonly string[] | undefined;
}

/** The content of a release while it is open. */
export interface StageSource {
  readonly entries: readonly ArtifactEntry[];
  /** SHA-256 of the artefact; a folder has none. */
  readonly digest: string | undefined;
  /** The content of a file, checked as far as it can be. */
  content(entry: ArtifactEntry): AsyncIterable<Buffer>;
  /** SHA-256 of the content of a file. */
  digestOf(entry: ArtifactEntry): Promise<string>;
  /** What that must be, where it is known. */
  expected(entry: ArtifactEntry): string | undefined;
}

/** What is chosen of a source. */
export interface SourceOptions {
  readonly exclude: readonly string[];
  readonly signal: AbortSignal | undefined;
}
