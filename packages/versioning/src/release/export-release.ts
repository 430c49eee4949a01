import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { VersioningError } from '../errors.ts';
import type { ExportedRelease } from './manager.ts';
import { releaseText } from './release-notes.ts';
import type { ReleaseShelf } from './shelf.ts';
import type { ReleaseSummary } from './model.ts';

/** Writes all that belongs to a release to a folder, which is made or has to be empty. */
export async function exportTo(
  shelf: ReleaseShelf,
  summary: ReleaseSummary,
  { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal | undefined },
): Promise<ExportedRelease> {
  const target = resolve(folder);
  await mkdir(target, { recursive: true });
  if ((await readdir(target)).length > 0) {
    throw new VersioningError('TARGET_EXISTS', `Expected an empty folder, got ${target} with files in it`, {
      hint: 'Name another one: what is exported should be all that is there.',
    });
  }
  const manifest = await shelf.manifest(summary, signal);
  const files: string[] = [];
  const add = async (name: string, write: (path: string) => Promise<void>): Promise<void> => {
    await write(join(target, name));
    files.push(name);
  };
  for (const stored of [manifest.artifact, manifest.sbom]) {
    if (stored !== undefined) await add(stored.name, (path) => shelf.contents.save(stored, path, signal));
  }
  const { size } = await shelf.contents.sizeOf(summary.manifest, signal);
  await add('release.json', (path) => shelf.contents.save({ digest: summary.manifest, size }, path, signal));
  const { signature } = manifest;
  if (signature !== undefined) {
    await add('provenance.intoto.json', (path) => writeFile(path, `${JSON.stringify(signature)}\n`));
  }
  const { repository } = manifest.source;
  await add('notes.md', (path) => writeFile(path, `${releaseText(manifest, { repository })}\n`));
  return { folder: target, files };
}
