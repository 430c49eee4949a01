import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, unlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { TempFile } from './contract.ts';
import type { Directory } from './directories.ts';
import { TEMP_PREFIX, hasCode, systemError, unsafePath } from './path-error.ts';

/** Descriptors of unfinished files kept open; a thread writes to few at a time. */
const MAX_OPEN = 8;

/** Makes a file, never opens one. */
export const CREATE: number = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const REOPEN = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** A file just made, open for writing. */
export interface FreshFile {
  readonly name: string;
  readonly target: Buffer;
  readonly descriptor: number;
}

/** Names and descriptors of unfinished files. */
export class TempFiles implements Disposable {
  #token = newToken();
  #count = 0;
  /** By path and name, in order of use. */
  readonly #open = new Map<string, number>();

  /** A name nobody else uses, and its path in that directory. */
  name(parent: Directory): { readonly name: string; readonly target: Buffer } {
    const name = `${TEMP_PREFIX}${this.#token}-${(this.#count++).toString(36)}`;
    return { name, target: Buffer.from(parent.prefix + name, 'latin1') };
  }

  /** Makes a file that nobody but this user can read. */
  create(parent: Directory): FreshFile {
    for (;;) {
      const { name, target } = this.name(parent);
      try {
        return { name, target, descriptor: openSync(target, CREATE, 0o600) };
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
        this.#token = newToken();
      }
    }
  }

  /** Keeps the descriptor of a file that is written to in several calls. */
  keep(path: string, fresh: FreshFile): TempFile {
    const { dev, ino } = fstatSync(fresh.descriptor, { bigint: true });
    this.#remember(`${path}\0${fresh.name}`, fresh.descriptor);
    return { name: fresh.name, dev, ino };
  }

  /** The descriptor, from here or opened again. Somebody may have put another file, or a link to one, in its place. */
  open(path: string, parent: Directory, temp: TempFile): number {
    const key = `${path}\0${temp.name}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const descriptor = openSync(this.target(path, parent, temp), REOPEN);
    const stats = fstatSync(descriptor, { bigint: true });
    if (!isSameFile(stats, temp)) {
      closeSync(descriptor);
      throw unsafePath(path, 'its unfinished file was replaced by another');
    }
    this.#remember(key, descriptor);
    return descriptor;
  }

  /** Path of the unfinished file. */
  target(path: string, parent: Directory, temp: TempFile): Buffer {
    if (!/^[\w.-]+$/.test(temp.name) || !temp.name.startsWith(TEMP_PREFIX)) {
      throw systemError('EINVAL', `expected the name of an unfinished file of ${path}`);
    }
    return Buffer.from(parent.prefix + temp.name, 'latin1');
  }

  /** Closes the descriptor, if it is open. */
  release(path: string, temp: TempFile): void {
    const key = `${path}\0${temp.name}`;
    const descriptor = this.#open.get(key);
    this.#open.delete(key);
    if (descriptor !== undefined) closeSync(descriptor);
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #remember(key: string, descriptor: number): void {
    this.#open.set(key, descriptor);
    if (this.#open.size <= MAX_OPEN) return;
    for (const [oldest, other] of this.#open) {
      this.#open.delete(oldest);
      closeSync(other);
      return;
    }
  }
}

/** Removes an unfinished file after an error; that error counts more than one of this. */
export function discard(target: Buffer): void {
  try {
    unlinkSync(target);
  } catch {
    // It stays, with a name that tells what it is.
  }
}

function isSameFile(stats: BigIntStats, temp: TempFile): boolean {
  return stats.isFile() && stats.ino === temp.ino && stats.dev === temp.dev && stats.nlink === 1n;
}

function newToken(): string {
  return randomBytes(6).toString('hex');
}
