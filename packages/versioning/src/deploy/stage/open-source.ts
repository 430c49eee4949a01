import { openArchive } from './archive-source.ts';
import { openFolder } from './folder-source.ts';
import type { SourceOptions, StageContent, StageSource } from './source.ts';

/** Opens what a release is made of and hands it to `use`. @throws {VersioningError} as `extractArtifact` or `planArtifact`. */
export async function withSource<T>(
  content: StageContent,
  options: SourceOptions,
  use: (source: StageSource) => Promise<T>,
): Promise<T> {
  return content.kind === 'folder' ? use(await openFolder(content, options)) : openArchive(content, options, use);
}
