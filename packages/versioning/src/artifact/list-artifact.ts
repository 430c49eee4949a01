import { readArchive } from './archive.ts';
import type { ArtifactLimits } from './limits.ts';
import type { ArtifactEntry } from './model.ts';
import { type ExpectedDigest, withArtifact } from './opened-artifact.ts';

/** Options of {@link listArtifact}. */
export interface ListArtifactOptions {
  /** As for `extractArtifact`. Default: `'unchecked'`. */
  readonly digest?: ExpectedDigest | undefined;
  readonly limits?: ArtifactLimits | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists the entries of an artefact in the order that they have in it, after the checks that `extractArtifact` makes before it
 * writes. Contents are not decompressed.
 *
 * @throws {VersioningError} As `extractArtifact`, but for `TARGET_EXISTS` and `WRITE_FAILED`.
 * @example
 * ```ts
 * import { listArtifact } from '@x/versioning';
 *
 * for (const { path, size } of await listArtifact('app-1.2.3.zip')) console.log(path, size);
 * ```
 */
export async function listArtifact(artifact: string, options: ListArtifactOptions = {}): Promise<ArtifactEntry[]> {
  const { digest = 'unchecked', limits, signal } = options;
  return withArtifact({ path: artifact, digest, signal }, async ({ file, size }) => {
    const entries = await readArchive(file, { size, limits, signal });
    return entries.map((entry) => ({
      path: entry.path,
      kind: entry.kind,
      size: entry.size,
      executable: entry.executable,
    }));
  });
}
