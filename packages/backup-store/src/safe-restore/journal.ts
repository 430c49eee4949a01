import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  /** Roots, one character a byte, that were not there before, or of which the safety backup has only what was replaced. */
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

  /** Folder for what a restore notes of what it writes, for going back. Made by who notes something, and gone with the entry. */
  notes(id: string): string {
    return join(this.#folder, `${id}.notes`);
  }

  /** Whether a restore is noted, be it under way, rolled back just now or left unfinished. */
  has(id: string): boolean {
    return existsSync(this.#file(id));
  }

  /** What was restored holds from now on, and what it has noted stays until {@link remove}: for whoever goes back behind it all the same. */
  async settle(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  async remove(id: string): Promise<void> {
    // In this order: whoever goes back behind what has only the entry left finds that nothing was written.
    await rm(this.notes(id), { recursive: true, force: true });
    await rm(this.#file(id), { force: true });
  }

  /** Those on which nobody works any more, oldest first. */
  async unfinished(): Promise<JournalEntry[]> {
    const found = (await this.#all()).filter((stored) => !isAlive(stored));
    return found
      .map(({ pid: _pid, startedMs: _ms, host: _host, ...entry }) => entry)
      .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  /** Whether somebody works on it. */
  async isHeld(id: string): Promise<boolean> {
    return (await this.#all()).some((stored) => stored.id === id && isAlive(stored));
  }

  /** Ids of safety snapshots that are needed to go back, each with that of its restore, whoever works on it. */
  async needed(): Promise<ReadonlyMap<string, string>> {
    const all = await this.#all();
    return new Map(
      all.flatMap(({ safetySnapshot, id }) => (safetySnapshot === undefined ? [] : [[safetySnapshot, id]])),
    );
  }

  /**
   * Takes the right to go back in a place. It ends with this process, however that ends.
   *
   * @returns `undefined` when somebody has it.
   */
  async claim(place: string): Promise<AsyncDisposable | undefined> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `${createHash('sha256').update(place).digest('hex')}.claim`);
    const own = join(this.#folder, `.${randomBytes(8).toString('hex')}.claim`);
    await writeFile(own, JSON.stringify({ pid: process.pid, startedMs: processStartMs, host: hostname() }));
    try {
      while (!(await linked(own, path))) {
        if (await isClaimed(path)) return undefined;
        // Of several that find it left, one takes it away; who has taken another's by that puts it back.
        const left = `${own}.left`;
        await rename(path, left).catch(() => undefined);
        if (await isClaimed(left)) await linked(left, path);
        await rm(left, { force: true });
      }
    } finally {
      await rm(own, { force: true });
    }
    return { [Symbol.asyncDispose]: async () => await rm(path, { force: true }) };
  }

  async #all(): Promise<Stored[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    const found: Stored[] = [];
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const stored = await readStored(join(this.#folder, name));
      if (stored !== undefined) found.push(stored);
    }
    return found;
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

/** Gives a file a second name. `false`: there is one. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isClaimed(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text !== undefined && isAlive(JSON.parse(text) as Stored);
}

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
