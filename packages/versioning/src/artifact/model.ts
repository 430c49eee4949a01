import type { Digest } from '@x/integrity';

/** A file of an artefact, or a folder that has nothing in it. Other folders follow from the paths of what is in them. */
export interface ArtifactEntry {
  /** From the folder down, `/` between names, in Unicode: `bin/start`. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Whether its owner may run it. Windows does not know of that: there it is false for all files. */
  readonly executable: boolean;
}

/** An entry of an artefact with the digest of its content. Plain data, and the same for the same file wherever it lies. */
export interface ArtifactContent extends ArtifactEntry {
  /** SHA-256 of a file's content as `sha256:<hex>`, in lower case. A folder has none. */
  readonly digest?: string | undefined;
}

/** What an artefact will consist of. Plain data: it may be shown, kept and changed before it is carried out. */
export interface ArtifactPlan {
  /** The folder that the paths start from. */
  readonly folder: string;
  /** In bytewise order of their paths in UTF-8. */
  readonly entries: readonly ArtifactEntry[];
  /** Bytes of all files. */
  readonly size: number;
}

/** An artefact that was written or extracted. */
export interface ArtifactSummary {
  /** SHA-256 of the whole artefact. */
  readonly digest: Digest;
  /** Bytes of the artefact. */
  readonly size: number;
  /** Files and empty folders. */
  readonly entries: number;
}

/** An artefact and what is in it. */
export interface ArtifactInventory extends ArtifactSummary {
  /** In the order that the entries have in the artefact. */
  readonly contents: readonly ArtifactContent[];
}

/** How far the work is. */
export interface ArtifactProgress {
  /** Files and folders that are done. */
  readonly entries: number;
  readonly totalEntries: number;
  /** Bytes of content that are done. */
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What long work on artefacts takes. */
export interface ArtifactWork {
  /** Ends the work early; what was written is removed. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each entry, and in between for large files. */
  readonly onProgress?: ((progress: ArtifactProgress) => void) | undefined;
}
