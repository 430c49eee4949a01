import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { BackupError } from '../errors.ts';
import type { SafeRestoreStep, UnfinishedRestore } from '../repository/contract.ts';
import { processStartMs } from '../run/clock.ts';
import { isAlive } from '../session/open-sessions.ts';
import type { SourceDetail } from '../source/contract.ts';
import type { Change } from './changes.ts';

const SUFFIX = '.restore';
const MAX_BYTES = 1024 * 1024 * 1024;

/** Everything that is needed to go back, should this process end. */
export interface JournalEntry extends UnfinishedRestore {
  readonly changes: readonly Change[];
  /** Roots, one character a byte, that were not there before. */
  readonly newRoots: readonly string[];
  /** Of a restore into a place. */
  readonly into?: PlaceNote | undefined;
}

/** A place, and how it was before. */
export interface PlaceNote {
  readonly name: string;
  readonly address?: string | undefined;
  readonly state: SourceDetail;
  readonly isEmpty: boolean;
}

interface Stored extends JournalEntry {
  readonly pid: number;
  readonly startedMs: number;
  readonly host: string;
}

/**
 * Restores to original paths that this machine has begun, one file each in the cache folder: zstd of JSON. It is there before
 * anything is changed, and goes when all is as it should be.
 */
export class RestoreJournal {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'restores');
  }

  #file(id: string): string {
    return join(this.#folder, `${id}${SUFFIX}`);
  }

  /** Unlike what only saves time, it has to be on disk before anything is changed. @throws {BackupError} `PATH_FAILED`. */
  async write(entry: JournalEntry): Promise<void> {
    const stored: Stored = { ...entry, pid: process.pid, startedMs: processStartMs, host: hostname() };
    const temp = join(this.#folder, `.${entry.id}.${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      {
        await using file = await open(temp, 'wx', 0o600);
        await file.writeFile(zstdCompressSync(JSON.stringify(stored)));
        await file.sync();
      }
      await rename(temp, this.#file(entry.id));
    } catch (cause) {
      await rm(temp, { force: true });
      throw new BackupError('PATH_FAILED', `Expected to note the restore in ${this.#folder}, got an error`, {
        cause,
        hint: 'Nothing was changed. Make room in the cache folder, or name another one.',
      });
    }
  }

  /** Whether a restore is noted, be it under way, rolled back just now or left unfinished. */
  has(id: string): boolean {
    return existsSync(this.#file(id));
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  /** Those on which nobody works any more, oldest first. */
  async unfinished(): Promise<JournalEntry[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    const found: JournalEntry[] = [];
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const stored = await readStored(join(this.#folder, name));
      if (stored === undefined || isAlive(stored)) continue;
      const { pid: _pid, startedMs: _ms, host: _host, ...entry } = stored;
      found.push(entry);
    }
    return found.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  /** The process goes on, and the restore does not: it counts as unfinished from now on. */
  async release(entry: JournalEntry): Promise<void> {
    const stored: Stored = { ...entry, pid: 0, startedMs: 0, host: hostname() };
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temp = join(this.#folder, `.${entry.id}.${randomBytes(6).toString('hex')}`);
    await using file = await open(temp, 'wx', 0o600);
    await file.writeFile(zstdCompressSync(JSON.stringify(stored)));
    await rename(temp, this.#file(entry.id));
  }
}

/** The id of a new one. */
export const newRestoreId = (): string => randomBytes(8).toString('hex');

/** What is public of an entry. */
export function unfinishedOf(entry: JournalEntry): UnfinishedRestore {
  const { id, tenant, snapshot, path, safetySnapshot, startedAt, step, roots } = entry;
  const into = entry.into && { name: entry.into.name, address: entry.into.address };
  return { id, tenant, snapshot, path, safetySnapshot, startedAt, step, roots, into };
}

/** The same entry one step on. */
export const atStep = (entry: JournalEntry, step: SafeRestoreStep['step']): JournalEntry => ({ ...entry, step });

async function readStored(path: string): Promise<Stored | undefined> {
  try {
    const text = zstdDecompressSync(await readFile(path), { maxOutputLength: MAX_BYTES }).toString('utf8');
    const stored = JSON.parse(text) as Stored;
    const isWhole = [stored.id, stored.snapshot, stored.tenant].every((each) => typeof each === 'string');
    return isWhole && Array.isArray(stored.changes) && Array.isArray(stored.newRoots) ? stored : undefined;
  } catch {
    return undefined;
  }
}
