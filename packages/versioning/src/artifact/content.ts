import type { Digest } from '@x/integrity';
import type { ArtifactContent, ArtifactEntry } from './model.ts';

/** What a list of contents says of an entry. Of a folder it is nothing but its name, whatever a plan made by hand says. */
export function contentOf(
  { path, kind, size, executable }: ArtifactEntry,
  digest: Digest | undefined,
): ArtifactContent {
  if (kind === 'directory') return { path, kind, size: 0, executable: false };
  return { path, kind, size, executable, digest: digest?.toString() };
}
