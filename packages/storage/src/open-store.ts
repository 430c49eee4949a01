import { fileURLToPath } from 'node:url';
import type { ObjectStore } from './contract.ts';
import { StorageError } from './errors.ts';
import { fsStore } from './fs/fs-store.ts';
import { supportsLinks } from './fs/link-probe.ts';
import { memoryStore } from './memory/memory-store.ts';

/** Two characters at least: `c:` is a drive of Windows, not a scheme. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * Opens the store that a URL names: `file:///srv/backups`, a plain path (relative to the working folder), or `memory:`, which is a
 * new and empty store each time. For options of an adapter, call it by its own name.
 *
 * @throws {StorageError} `UNSUPPORTED_URL`
 *
 * @example
 * ```ts
 * import { openStore } from '@x/storage';
 *
 * const store = await openStore('file:///srv/backups');
 * ```
 */
export async function openStore(url: string): Promise<ObjectStore> {
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return openFolder(url, url);
  if (scheme === 'file') return openFolder(pathOf(url), url);
  if (scheme === 'memory' && url.length === 'memory:'.length) return memoryStore();
  // The scheme alone: what follows may hold a password.
  throw unsupported(`"${scheme}:"`);
}

async function openFolder(path: string, url: string): Promise<ObjectStore> {
  if (path === '') throw unsupported(`"${url}"`);
  return fsStore(path, { links: (await supportsLinks(path)) ? 'auto' : 'never' });
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw unsupported('a "file:" URL that is no path on this machine', error);
  }
}

function unsupported(got: string, cause?: unknown): StorageError {
  return new StorageError('UNSUPPORTED_URL', `Expected the URL of a store, got ${got}`, {
    cause,
    hint: 'use file:///absolute/path, a plain path, or memory:',
  });
}
