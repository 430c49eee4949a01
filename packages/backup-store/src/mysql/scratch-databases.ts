import type { Repository } from '../repository/contract.ts';
import { mysqlFailure } from './failure.ts';
import { loadDump } from './load-dump.ts';
import { type LockedNames, lockNames } from './locked-names.ts';
import { objectsOf } from './objects.ts';
import { identifier, type MysqlPrograms, query } from './programs.ts';
import { askServer, type MysqlServer } from './server.ts';

/** A dump in a snapshot. */
export interface DumpAt {
  readonly repository: Pick<Repository, 'read'>;
  /** Id. */
  readonly snapshot: string;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Databases of a server for one trial, with names of their own (`holdfast_check_...`), which are dropped in the end. A session holds a
 * lock of the server meanwhile, and ends with this process, however that ends: what has no lock is of a trial that was killed, and the
 * next one drops it.
 */
export class MysqlScratch implements AsyncDisposable {
  readonly server: MysqlServer;
  readonly #programs: MysqlPrograms;
  readonly #names: LockedNames;
  readonly #made: string[] = [];

  private constructor(programs: MysqlPrograms, server: MysqlServer, names: LockedNames) {
    this.#programs = programs;
    this.server = server;
    this.#names = names;
  }

  /** @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
  static async open(programs: MysqlPrograms, signal?: AbortSignal): Promise<MysqlScratch> {
    const server = await askServer(programs, signal);
    return new MysqlScratch(programs, server, await lockNames(programs, server, { purpose: 'check', signal }));
  }

  /** Names of the databases that were made. */
  get databases(): readonly string[] {
    return this.#made;
  }

  /**
   * Loads a dump into a new database, as it is. Events do not happen in it: they go.
   *
   * @returns The name of the database.
   */
  async load({ repository, snapshot, path, signal }: DumpAt): Promise<string> {
    const database = this.#names.next();
    // Before it is made: half of it has to go, too.
    this.#made.push(database);
    try {
      await this.#run(`CREATE DATABASE ${identifier(database)}`, signal);
      await loadDump(this.#programs, this.server, {
        dump: repository.read(snapshot, { path, signal }),
        database,
        signal,
      });
      const objects = await objectsOf(this.#programs, this.server, { database, signal });
      const events = objects.filter(({ kind }) => kind === 'event');
      for (const { name } of events) await this.#run(`DROP EVENT ${identifier(database)}.${identifier(name)}`, signal);
      return database;
    } catch (error) {
      signal?.throwIfAborted();
      throw mysqlFailure(error);
    }
  }

  async #run(sql: string, signal?: AbortSignal): Promise<void> {
    await query(this.#programs, this.server.client, { sql, signal });
  }

  /** Not ended by a signal: it would stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const database of this.#made.splice(0)) await this.#run(`DROP DATABASE IF EXISTS ${identifier(database)}`);
    } finally {
      await this.#names[Symbol.asyncDispose]();
    }
  }
}
