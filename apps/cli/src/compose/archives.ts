import type { Repository } from '@x/backup-store';
import type {
  CompressionLevel,
  ExportFileOptions,
  ExportFileResult,
  ExportZipOptions,
  ExportZipResult,
  ImportZipOptions,
  ImportZipResult,
  VerifyZipOptions,
  ZipReport,
} from '@x/backup-store/zip';
import { Writable } from 'node:stream';
import { callbackify } from 'node:util';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';

// Loaded when an archive is written or read, and not before.
const zip = (): Promise<typeof import('@x/backup-store/zip')> => import('@x/backup-store/zip');

export type { CompressionLevel, ExportFileResult, ExportZipResult, ImportZipResult, ZipReport };

/** Standard output, as an export needs it. */
function standardOutput({ output }: Context): Writable {
  const write = async (piece: Uint8Array): Promise<void> => {
    await output.write(piece);
    if (output.closed) throw new Error('the reader has gone');
  };
  return new Writable({ write: (piece: Uint8Array, _encoding, done) => callbackify(write)(piece, done) });
}

/** Where an export goes: a file, or `-`. */
function targetOf(context: Context, to: string): string | Writable {
  if (to !== '-') return resolvePath(to, context.workingDirectory);
  if (!context.output.isTerminal) return standardOutput(context);
  throw usageError('Expected a file or a pipe for --to -, got a terminal', 'Name a file, or pipe it to a program.');
}

/** What both kinds of export take. */
export interface ExportRequest extends Pick<
  ExportZipOptions,
  'snapshot' | 'recipients' | 'path' | 'signal' | 'onProgress'
> {
  readonly repository: Repository;
  /** A path, or `-`. */
  readonly to: string;
}

/** Writes a snapshot as a ZIP archive. */
export async function writeZip(
  context: Context,
  { to, ...request }: ExportRequest & Pick<ExportZipOptions, 'compression' | 'level' | 'include' | 'exclude'>,
): Promise<ExportZipResult> {
  const { exportZip } = await zip();
  return await exportZip({ ...request, to: targetOf(context, to) });
}

/** Writes one file of a snapshot. */
export async function writeFile(
  context: Context,
  { to, ...request }: ExportRequest & Pick<ExportFileOptions, 'gzip' | 'level'>,
): Promise<ExportFileResult> {
  const { exportFile } = await zip();
  return await exportFile({ ...request, to: targetOf(context, to) });
}

/** A stream as `.gz`. */
export async function* asGzip(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { gzipped } = await zip();
  yield* gzipped(content);
}

/** Makes a snapshot of an archive. */
export async function readZip(options: ImportZipOptions): Promise<ImportZipResult> {
  const { importZip } = await zip();
  return await importZip(options);
}

/** Reads all of an archive. */
export async function checkZip(path: string, options: VerifyZipOptions): Promise<ZipReport> {
  const { verifyZip } = await zip();
  return await verifyZip(path, options);
}

/**
 * The identities in a file of age; the passphrase of the file is asked for where it has one.
 *
 * @throws {BackupError} `PATH_FAILED`, `INVALID_KEY_FILE`, `KEY_REQUIRED`, `WRONG_KEY`.
 */
export async function archiveIdentities(
  context: Context,
  file: string | undefined,
): Promise<readonly string[] | undefined> {
  if (file === undefined) return undefined;
  const path = resolvePath(file, context.workingDirectory);
  const { readIdentityFile } = await zip();
  try {
    return await readIdentityFile(path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'KEY_REQUIRED' || !context.prompt.available) throw error;
    return await readIdentityFile(path, await context.prompt.secret('Passphrase of the identity'));
  }
}
