import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { RunContext } from './context.ts';

/** Where the repository (if it is in a folder) and the caches are: never backed up, and never removed by a restore. */
export function ownPlaces(context: RunContext): Buffer[] {
  const { url } = context.sealed.store;
  const repository = url.startsWith('file:') ? [Buffer.from(fileURLToPath(url))] : [];
  return [...repository, Buffer.from(context.cacheFolder)];
}

/** A path without links as far as it exists; as it is where that can't be told. */
export function realPath(path: Uint8Array): Buffer {
  try {
    return realpathSync(Buffer.from(path), { encoding: 'buffer' });
  } catch {
    return Buffer.from(path);
  }
}
