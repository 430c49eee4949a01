import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { isSystemError } from '../errors.ts';
import type { LogFile } from './log-file.ts';

/** The usual level of zstd: twice as fast as gzip, and smaller. A checksum at the end tells of damage. */
const SETTINGS = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
};

/** Makes names in a folder outlive the power. Windows can't, and need not. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Compresses a file that gets no more lines. It is there all the time, under one of its two names; when several processes do it at once, each makes the same.
 *
 * @returns The compressed file; `undefined` where it is gone meanwhile.
 */
export async function compressFile(file: LogFile): Promise<LogFile | undefined> {
  const path = `${file.path}.zst`;
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await pipeline(
      createReadStream(file.path),
      createZstdCompress(SETTINGS),
      createWriteStream(temporary, { flush: true }),
    );
    await rename(temporary, path);
    await syncFolder(dirname(path));
    await rm(file.path, { force: true });
    return { ...file, path, compressed: true };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

const LEFT_AFTER_MS = 3_600_000;

/** Removes what a process that died while it compressed has left. */
export async function removeLeftovers(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: nowMs }));
    if (nowMs - mtimeMs > LEFT_AFTER_MS) await rm(path, { force: true });
  }
}
