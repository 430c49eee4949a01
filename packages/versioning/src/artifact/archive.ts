import type { FileHandle } from 'node:fs/promises';
import { type ReadableZipEntry, readZip } from '@x/integrity/archive';
import { artifactFailure } from './archive-failure.ts';
import type { ArtifactLimits } from './limits.ts';
import type { ArtifactEntry } from './model.ts';

/** An entry that passed all checks that can be made without its content. */
export interface ArchiveEntry extends ArtifactEntry {
  /** Its content in pieces, decompressed. It ends with an error where that is not as long as `size` or fails its CRC-32. */
  content(): AsyncIterable<Buffer>;
}

/** What is known of an archive, and how long the work on it may go on. */
export interface ArchiveOptions {
  /** Bytes of the file. */
  readonly size: number;
  readonly limits: ArtifactLimits | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads the list of entries and checks all of it: names, kinds, limits, and that no two share bytes of the file.
 *
 * @throws {VersioningError} `UNSAFE_ARTIFACT`, `ARTIFACT_DAMAGED`, `ARTIFACT_TOO_LARGE`.
 */
export async function readArchive(file: FileHandle, options: ArchiveOptions): Promise<ArchiveEntry[]> {
  try {
    const { entries } = await readZip(file, options);
    return entries.map((entry) => ({
      path: entry.path,
      // Links are refused.
      kind: entry.kind === 'directory' ? 'directory' : 'file',
      size: entry.size,
      executable: entry.executable,
      content: () => contentOf(entry),
    }));
  } catch (cause) {
    throw artifactFailure(cause);
  }
}

async function* contentOf(entry: ReadableZipEntry): AsyncGenerator<Buffer> {
  try {
    yield* entry.content();
  } catch (cause) {
    throw artifactFailure(cause);
  }
}
