import { type FileHandle, open } from 'node:fs/promises';
import type { RandomAccess } from '@x/integrity/archive';
import { BackupError } from '../errors.ts';
import { AgeFile, isAge } from './age-file.ts';
import { archiveFailure } from './failure.ts';

/** Enough to tell what a file is. */
const START_BYTES = 64;

/** An archive that is open, decrypted where it has to be. */
export interface OpenedArchive {
  readonly bytes: RandomAccess;
  /** Bytes, decrypted. */
  readonly size: number;
  /** Bytes of the file. */
  readonly fileSize: number;
  readonly encrypted: boolean;
}

/**
 * Opens an archive and hands it to `use`.
 *
 * @throws {BackupError} `PATH_FAILED`; `KEY_REQUIRED` when it is encrypted and there is no identity; `WRONG_KEY`, `ARCHIVE_DAMAGED`.
 */
export async function withArchive<T>(
  path: string,
  {
    identities,
    signal,
  }: { readonly identities: readonly string[] | undefined; readonly signal: AbortSignal | undefined },
  use: (opened: OpenedArchive) => Promise<T>,
): Promise<T> {
  try {
    const file = await open(path, 'r');
    try {
      return await use(await openedArchive(file, identities));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw archiveFailure(cause, signal);
  }
}

async function openedArchive(file: FileHandle, identities: readonly string[] | undefined): Promise<OpenedArchive> {
  const { size: fileSize } = await file.stat();
  const start = Buffer.alloc(START_BYTES);
  await file.read(start, { position: 0 });
  if (!isAge(start)) return { bytes: file, size: fileSize, fileSize, encrypted: false };
  if (identities === undefined || identities.length === 0) {
    throw new BackupError('KEY_REQUIRED', 'Expected an identity of age for an archive that is encrypted, got none', {
      hint: 'Give the identity of one of the recipients that it was exported to.',
    });
  }
  const plain = await AgeFile.open(file, fileSize, identities);
  return { bytes: plain, size: plain.size, fileSize, encrypted: true };
}
