import { BackupError } from '../errors.ts';

/** Measured: see docs/decisions/0028-sqlite.md. */
const CHUNK_BYTES = 8 * 1024;
/** Most chunks of a database: the list of them is read as one. */
const MAX_CHUNKS = 256 * 1024;
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The length of chunks for a database: as small as pays, and so that there are not too many of them. It grows by doubling, so that it
 * changes rarely: after a change, all is stored anew once.
 *
 * @param wanted What the caller asks for.
 * @throws {BackupError} `INVALID_OPTION` when that is no multiple of the page size.
 */
export function chunkBytesOf(
  { pageSize, pageCount }: { readonly pageSize: number; readonly pageCount: number },
  wanted?: number,
): number {
  if (wanted !== undefined) {
    if (Number.isSafeInteger(wanted) && wanted > 0 && wanted % pageSize === 0) return wanted;
    throw new BackupError(
      'INVALID_OPTION',
      `Expected chunkBytes to be a multiple of the page size, ${pageSize}, got ${wanted}`,
    );
  }
  let bytes = Math.max(CHUNK_BYTES, pageSize);
  while (bytes < MAX_CHUNK_BYTES && pageSize * pageCount > bytes * MAX_CHUNKS) bytes *= 2;
  return bytes;
}
