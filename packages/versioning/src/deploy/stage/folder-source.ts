import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { digest as digestOf } from '@x/integrity';
import { fileChanged, fileFailure } from '../../artifact/file-failure.ts';
import type { ArtifactEntry } from '../../artifact/model.ts';
import { piecePair, pieces } from '../../artifact/pieces.ts';
import { planArtifact } from '../../artifact/plan-artifact.ts';
import { READ_FLAGS } from '../../artifact/source-file.ts';
import type { FolderStageContent, SourceOptions, StageSource } from './source.ts';

/** What belongs to a machine or to an installation. */
const LEFT_OUT = ['/.env', '/db/', '/media/', '/logs/', '/venv/', '/.venv/', '/node_modules/'];

/** Lists what is copied of a folder. @throws {VersioningError} as `planArtifact`. */
export async function openFolder(
  { path, ignoreFiles = ['.artifactignore'] }: FolderStageContent,
  { exclude, signal }: SourceOptions,
): Promise<StageSource> {
  const plan = await planArtifact(path, { exclude: [...LEFT_OUT, ...exclude], ignoreFiles, signal });
  const content = (entry: ArtifactEntry): AsyncIterable<Buffer> => fileContent(plan.folder, entry);
  return {
    // A pattern of the caller may take back any other.
    entries: plan.entries.filter((entry) => entry.path !== '.env'),
    digest: undefined,
    content,
    digestOf: async (entry) => String(await digestOf(content(entry), { signal })),
    expected: () => undefined,
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
