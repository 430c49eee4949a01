import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { RunContext } from './context.ts';

/** Where the repository and its keys (if they are in folders) and the caches are: never backed up, and never removed by a restore. */
export function ownPlaces(context: RunContext): Buffer[] {
  const urls = [context.sealed.store.url, context.ring.store.url];
  const folders = urls.flatMap((url) => (url.startsWith('file:') ? [Buffer.from(fileURLToPath(url))] : []));
  return [...folders, Buffer.from(context.cacheFolder)];
}

/** A path without links as far as it exists; as it is where that can't be told. */
export function realPath(path: Uint8Array): Buffer {
  try {
    return realpathSync(Buffer.from(path), { encoding: 'buffer' });
  } catch {
    return Buffer.from(path);
  }
}
