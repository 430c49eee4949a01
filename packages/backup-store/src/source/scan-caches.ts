import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ScanCache, type ScanCacheBuilder } from './scan-cache.ts';

/** Caches that are kept of one root: of the catalogs of its last snapshots. */
const KEPT = 8;
/** All but the newest go when they take more than this. */
const KEPT_BYTES: number = 64 * 1024 * 1024;

const fileOf = (folder: string, catalogSha256: string): string => join(folder, `${catalogSha256}.cache`);

/** The cache of a catalog of one root, or an empty one. */
export async function readScanCache(folder: string, catalogSha256: string): Promise<ScanCache> {
  return await ScanCache.read(fileOf(folder, catalogSha256), catalogSha256);
}

/** Keeps the cache of a catalog, and those of the last few before it, as a backup may compare with one of them. */
export async function writeScanCache(folder: string, cache: ScanCacheBuilder, catalogSha256: string): Promise<void> {
  await cache.write(fileOf(folder, catalogSha256), catalogSha256);
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.cache$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, size, mtimeMs };
    }),
  );
  let bytes = 0;
  for (const [place, { name, size }] of found.toSorted((a, b) => b.mtimeMs - a.mtimeMs).entries()) {
    bytes += size;
    if (place > 0 && (place >= KEPT || bytes > KEPT_BYTES)) await rm(join(folder, name), { force: true });
  }
}
