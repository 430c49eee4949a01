import type { NamedDigest } from '@x/integrity';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { pathWithin } from './files.ts';
import { integrity } from './integrity.ts';
import { treeProgress } from './tree-progress.ts';

/** The type of a statement that says no more of files than that they are the ones. */
export const FILES_PREDICATE = 'urn:holdfast:files:v1';

/** Where a signature is by default. */
export const signatureOf = (path: string, isFolder: boolean): string =>
  `${path}${isFolder ? '.intoto.json' : '.sig.json'}`;

/**
 * Every file of a folder with its digest, but not the signature, if that is in there.
 *
 * @throws {CliError} `UNREADABLE` when one of them can't be read: what is not read is not signed, nor verified.
 */
export async function filesOf(context: Context, folder: string, signature: string): Promise<readonly NamedDigest[]> {
  const { createManifest } = await integrity(context);
  const { onProgress, end } = treeProgress(context.messages);
  const own = pathWithin(folder, signature);
  const { entries, problems } = await createManifest(folder, {
    include: ({ path }) => path !== own,
    signal: context.signal,
    onProgress,
  }).finally(end);
  if (problems.length > 0) {
    throw new CliError('UNREADABLE', `Expected a folder that can be read in full, got ${problems.length} problems`, {
      details: problems.map(({ path, reason }) => `${path}: ${reason}`),
    });
  }
  return entries.flatMap(({ path, digest }) => (digest === undefined ? [] : [{ name: path, digest }]));
}
