import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BackupError, codeOf } from '../errors.ts';
import { stopIfAborted } from './aborted.ts';
import type { DumpCheck, VerifyDumpOptions } from '../dump/contract.ts';
import { inspect } from '../dump/inspect.ts';

const READ_BYTES = 1024 * 1024;

async function* contentOf(path: string, bytesTotal: number, options: VerifyDumpOptions): AsyncGenerator<Buffer> {
  let bytesDone = 0;
  for await (const piece of createReadStream(path, { highWaterMark: READ_BYTES })) {
    stopIfAborted(options.signal);
    bytesDone += (piece as Buffer).length;
    options.onProgress?.({ bytesDone, bytesTotal });
    yield piece as Buffer;
  }
}

function failed(path: string, cause: unknown): BackupError {
  return new BackupError('PATH_FAILED', `Expected a file to check at ${path}, got ${codeOf(cause)}`, {
    cause,
    hint: 'Check the path, and that you may read it.',
  });
}

async function sizeOf(path: string): Promise<number> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw failed(path, cause);
  });
  if (facts.isFile()) return facts.size;
  throw new BackupError(
    'PATH_FAILED',
    `Expected a file to check at ${path}, got ${facts.isDirectory() ? 'a folder' : 'something that is no file'}`,
    { hint: 'Name the files one by one.' },
  );
}

/**
 * Checks whether a dump or a packed file of any tool is whole, by what its format has for that: CRC-32 and lengths of gzip,
 * checksums of zstd, the completion line of `pg_dump`, `mysqldump` and `sqlite3 .dump` (packed as well), each entry of a custom
 * dump of PostgreSQL, `PRAGMA integrity_check` of SQLite, the CRC-64 of Redis.
 *
 * Reads the file to its end in the memory of a few buffers, and writes nothing. What a format can't show is said in `detail`: plain
 * text has no checksum. A kind that is not known, or that has nothing to tell, is `unknown`, never `sound`.
 *
 * @throws {BackupError} `PATH_FAILED` when there is no file or it can't be read; `ABORTED`.
 * @example
 * ```ts
 * import { verifyDump } from '@x/backup-store/analyze';
 *
 * const { verdict, detail } = await verifyDump('/dumps/shop.sql.gz');
 * if (verdict !== 'sound') console.error(verdict, detail);
 * ```
 */
export async function verifyDump(path: string, options: VerifyDumpOptions = {}): Promise<DumpCheck> {
  const { signal } = options;
  stopIfAborted(signal);
  const bytes = await sizeOf(path);
  const content = contentOf(path, bytes, options);
  try {
    const { verdict, layers } = await inspect(content, { path, depth: 0, signal });
    const kind = layers.findLast((layer) => layer.kind !== 'unknown')?.kind ?? 'unknown';
    const detail = layers.map((layer) => (layer.kind === 'unknown' ? layer.detail : `${layer.kind}: ${layer.detail}`));
    return { path, kind, verdict, detail: detail.join('; '), bytes, layers };
  } catch (error) {
    stopIfAborted(signal);
    throw /^E[A-Z0-9]+$/.test(codeOf(error)) ? failed(path, error) : error;
  } finally {
    // Closes the file where the check ended before it did.
    await content.return(undefined);
  }
}
