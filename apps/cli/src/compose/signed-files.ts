import type { NamedDigest } from '@x/integrity';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { integrity } from './integrity.ts';
import { treeProgress } from './tree-progress.ts';

/** The type of a statement that says no more of files than that they are the ones. */
export const FILES_PREDICATE = 'urn:holdfast:files:v1';

/** Where a signature is by default. */
export const signatureOf = (path: string, isFolder: boolean): string =>
  `${path}${isFolder ? '.intoto.json' : '.sig.json'}`;

/** The name of the subject that is the folder as a whole. */
export const WHOLE_FOLDER = '.';

/** What of a folder is signed. */
export interface SignedFiles {
  readonly subject: readonly NamedDigest[];
  /** How many files that is. */
  readonly files: number;
}

/**
 * Every file of a folder with its digest, and the folder as a whole, but not the signature, if that is in there. The whole
 * is the manifest without modes and times, so it has links and empty folders as well, and names that are not UTF-8, which
 * no subject can have.
 *
 * @throws {CliError} `UNREADABLE` when one of them can't be read: what is not read is not signed, nor verified.
 */
export async function filesOf(context: Context, folder: string, signature: string): Promise<SignedFiles> {
  const { createManifest, digestManifest } = await integrity(context);
  const { onProgress, end } = treeProgress(context.messages);
  const manifest = await createManifest(folder, {
    without: [signature],
    signal: context.signal,
    onProgress,
  }).finally(end);
  const { entries, problems } = manifest;
  if (problems.length > 0) {
    throw new CliError('UNREADABLE', `Expected a folder that can be read in full, got ${problems.length} problems`, {
      details: problems.map(({ path, reason }) => `${path}: ${reason}`),
    });
  }
  const whole = { name: WHOLE_FOLDER, digest: await digestManifest(manifest, { ignore: ['mode', 'mtime'] }) };
  const subject = entries.flatMap(({ path, pathBase64, digest }) =>
    digest === undefined || pathBase64 !== undefined ? [] : [{ name: path, digest }],
  );
  return { subject: [whole, ...subject], files: entries.filter(({ kind }) => kind === 'file').length };
}
