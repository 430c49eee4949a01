import { availableParallelism, homedir, hostname } from 'node:os';
import { join } from 'node:path';

import { type ObjectStore, openStore } from '@x/storage';

import { BackupError } from '../errors.ts';
import type { Performance } from '../run/context.ts';
import type { PerformanceOptions, RepositorySettings } from './contract.ts';

const MIB = 1024 * 1024;
const MAX_DEFAULT_WORKERS = 4;

interface Bound {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

const BOUNDS: Record<keyof Performance, Bound> = {
  readers: { fallback: 4, min: 1, max: 256 },
  workers: { fallback: Math.min(MAX_DEFAULT_WORKERS, availableParallelism()), min: 1, max: 256 },
  backups: { fallback: 1, min: 1, max: 256 },
  bufferBytes: { fallback: 16 * MIB, min: 4 * MIB, max: 4096 * MIB },
  cacheBytes: { fallback: 32 * MIB, min: MIB, max: 4096 * MIB },
};

/** @throws {BackupError} `INVALID_OPTION` for what is no whole number within bounds. */
export function performanceOf(options: PerformanceOptions = {}): Performance {
  const value = (key: keyof Performance): number => {
    const { fallback, min, max } = BOUNDS[key];
    const given = options[key] ?? fallback;
    if (!Number.isSafeInteger(given) || given < min || given > max) {
      throw new BackupError(
        'INVALID_OPTION',
        `Expected performance.${key} to be a whole number from ${min} to ${max}, got ${given}`,
      );
    }
    return given;
  };
  return {
    readers: value('readers'),
    workers: value('workers'),
    backups: value('backups'),
    bufferBytes: value('bufferBytes'),
    cacheBytes: value('cacheBytes'),
  };
}

/** The store itself, or the one that a path or URL names. */
export async function storeOf(store: RepositorySettings['store']): Promise<ObjectStore> {
  return typeof store === 'string' ? await openStore(store) : store;
}

/** The user's cache folder, by the conventions of the system: where repositories cache when no `cacheDirectory` is given. */
export function defaultCacheDirectory(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'holdfast');
  if (process.platform === 'win32')
    return join(process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'holdfast', 'cache');
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'holdfast');
}

export const defaultHost = (): string => hostname();
