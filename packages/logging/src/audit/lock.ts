import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LogError } from '../errors.ts';

/** How long somebody may keep others from writing. */
const LONGEST_WAIT_MS = 30_000;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 25;

/**
 * A lock that the system takes back when its holder dies, however that happens: one of SQLite on an empty database. Files that say who
 * holds them have to be judged by others, who can be wrong about it (containers do not see each other's processes).
 */
export class AuditLock {
  readonly #path: string;
  #database: import('node:sqlite').DatabaseSync | undefined;
  #inode: bigint | undefined;
  #generation = 0;
  /** Resolves when whoever in this process came last has had their turn: a connection of SQLite has one transaction at a time. */
  #turn: Promise<void> = Promise.resolve();

  readonly #waitMs: number;

  /** @param waitMs How long to wait for others, in milliseconds. */
  constructor(path: string, waitMs: number = LONGEST_WAIT_MS) {
    this.#path = path;
    this.#waitMs = waitMs;
  }

  /** How often another file was locked than before: what is known of the folder may then be wrong. */
  get generation(): number {
    return this.#generation;
  }

  /** Runs something that no other process, and no other lock of this one, runs at the same time. @throws {LogError} `AUDIT_BUSY`; `LOG_UNWRITABLE`. */
  async hold<T>(run: () => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const database = await this.#take();
      try {
        return await run();
      } finally {
        database.exec('ROLLBACK');
      }
    });
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      return await run();
    } finally {
      resolve();
    }
  }

  async #take(): Promise<import('node:sqlite').DatabaseSync> {
    for (;;) {
      // Whoever has moved the folder aside has moved the lock along: others would hold another one.
      if (this.#inode !== (await inodeOf(this.#path))) this.#letGo();
      const database = (this.#database ??= await this.#open());
      await this.#begin(database);
      if (this.#inode === (await inodeOf(this.#path))) return database;
      this.#letGo();
    }
  }

  /** Lets go of the file, after who holds it. */
  async close(): Promise<void> {
    await this.#inTurn(async () => Promise.resolve(this.#letGo()));
  }

  #letGo(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  async #open(): Promise<import('node:sqlite').DatabaseSync> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      // Loaded when it is needed: readers need none, and older versions of Node say that it is new.
      const { DatabaseSync } = await import('node:sqlite');
      const database = new DatabaseSync(this.#path, { timeout: 0 });
      this.#inode = await inodeOf(this.#path);
      this.#generation += 1;
      return database;
    } catch (cause) {
      throw new LogError('LOG_UNWRITABLE', `Expected to lock ${this.#path}, got ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  async #begin(database: import('node:sqlite').DatabaseSync): Promise<void> {
    let waited = 0;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        database.exec('BEGIN EXCLUSIVE');
        return;
      } catch (cause) {
        if (!isBusy(cause)) {
          throw new LogError('LOG_UNWRITABLE', `Expected to lock ${this.#path}, got ${(cause as Error).message}`, {
            cause,
          });
        }
        if (waited > this.#waitMs) {
          throw new LogError('AUDIT_BUSY', `Expected the audit log to be free within ${this.#waitMs} ms, got no turn`, {
            cause,
            hint: 'Another process holds it for long: is it stopped, or its disk?',
          });
        }
      }
      await delay(pause);
      waited += pause;
    }
  }
}

/** Which file a name leads to; `undefined` where it leads to none. */
async function inodeOf(path: string): Promise<bigint | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.ino;
}

/** SQLITE_BUSY and SQLITE_LOCKED, with their extended forms. */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === 5 || code === 6;
}
