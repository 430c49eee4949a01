import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { BackupError } from '../errors.ts';
import type { RestoredPart, SafeRestoreStep, UnfinishedRestore } from '../repository/contract.ts';
import { type Holder, isHeld, keepFresh, NOBODY, ownHolder } from '../run/holder.ts';
import type { SourceDetail } from '../source/contract.ts';
import type { Change } from './changes.ts';

/** Folder of what this machine has begun to restore, in the cache folder. */
export const RESTORES = 'restores';
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
  /** What of it is restored; absent: all. */
  readonly parts?: readonly RestoredPart[] | undefined;
}

interface Stored extends JournalEntry, Holder {}

/**
 * Restores to original paths that this machine has begun, one file each in the cache folder: zstd of JSON. It is there before
 * anything is changed, and goes when all is as it should be.
 */
export class RestoreJournal {
  readonly #folder: string;
  /** Ends the renewing of what this process works on. */
  readonly #renewed = new Map<string, () => void>();

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, RESTORES);
  }

  #file(id: string): string {
    return join(this.#folder, `${id}${SUFFIX}`);
  }

  /** Unlike what only saves time, it has to be on disk before anything is changed. @throws {BackupError} `PATH_FAILED`. */
  async write(entry: JournalEntry): Promise<void> {
    try {
      await this.#store({ ...entry, ...ownHolder() });
    } catch (cause) {
      throw new BackupError('PATH_FAILED', `Expected to note the restore in ${this.#folder}, got an error`, {
        cause,
        hint: 'Nothing was changed. Make room in the cache folder, or name another one.',
      });
    }
    this.#renewed.get(entry.id)?.();
    this.#renewed.set(entry.id, keepFresh(this.#file(entry.id)));
  }

  async #store(stored: Stored): Promise<void> {
    const temp = join(this.#folder, `.${stored.id}.${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      {
        await using file = await open(temp, 'wx', 0o600);
        await file.writeFile(zstdCompressSync(JSON.stringify(stored)));
        await file.sync();
      }
      await rename(temp, this.#file(stored.id));
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  }

  /** Folder for what a restore notes of what it writes, for going back. Made by who notes something, and gone with the entry. */
  notes(id: string): string {
    return join(this.#folder, `${id}.notes`);
  }

  /** How far a restore that is noted has come, be it under way, rolled back just now or left unfinished. It is half done for all that can be told when its note can't be read. */
  async step(id: string): Promise<SafeRestoreStep['step'] | undefined> {
    const stored = await readStored(this.#file(id));
    if (stored !== undefined) return stored.step;
    return (await isGone(this.#file(id))) ? undefined : 'restore';
  }

  async remove(id: string): Promise<void> {
    this.#renewed.get(id)?.();
    // In this order: whoever goes back behind what has only the entry left finds that nothing was written.
    await rm(this.notes(id), { recursive: true, force: true });
    await rm(this.#file(id), { force: true });
  }

  /** Those on which nobody works any more, oldest first. */
  async unfinished(): Promise<JournalEntry[]> {
    const left: JournalEntry[] = [];
    for (const stored of await this.#all()) if (!(await this.#isHeld(stored))) left.push(entryOf(stored));
    return left.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  /** Whether somebody works on it. */
  async isHeld(id: string): Promise<boolean> {
    const stored = await readStored(this.#file(id));
    return stored !== undefined && (await this.#isHeld(stored));
  }

  async #isHeld(stored: Stored): Promise<boolean> {
    return await isHeld(this.#file(stored.id), stored);
  }

  /** Ids of safety snapshots that are needed to go back, each with that of its restore, whoever works on it. */
  async needed(): Promise<ReadonlyMap<string, string>> {
    const all = await this.#all();
    return new Map(
      all.flatMap(({ safetySnapshot, id }) => (safetySnapshot === undefined ? [] : [[safetySnapshot, id]])),
    );
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
    this.#renewed.get(entry.id)?.();
    await this.#store({ ...entry, ...NOBODY });
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

/** Without who holds it. */
function entryOf(stored: Stored): JournalEntry {
  const { changes, newRoots, into } = stored;
  return { ...unfinishedOf(stored), changes, newRoots, into };
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

async function isGone(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
