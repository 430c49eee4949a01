import type { Repository } from '../repository/contract.ts';
import { type LockedNames, lockNames } from './locked-names.ts';
import type { PostgresPrograms } from './programs.ts';
import { restorePostgres } from './restore-postgres.ts';
import { dropDatabase } from './scratch-database.ts';

/** A dump in a snapshot. */
export interface DumpAt {
  readonly repository: Pick<Repository, 'read'>;
  /** Id. */
  readonly snapshot: string;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Databases of a server for one trial, with names of their own (`holdfast_check_...`), which are dropped in the end. A session holds an
 * advisory lock meanwhile, and ends with this process, however that ends: what has no lock is of a trial that was killed, and the next one
 * drops it.
 */
export class PostgresScratch implements AsyncDisposable {
  readonly #programs: PostgresPrograms;
  readonly #names: LockedNames;
  readonly #made: string[] = [];

  private constructor(programs: PostgresPrograms, names: LockedNames) {
    this.#programs = programs;
    this.#names = names;
  }

  /** @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
  static async open(programs: PostgresPrograms, signal?: AbortSignal): Promise<PostgresScratch> {
    return new PostgresScratch(programs, await lockNames(programs, 'check', signal));
  }

  /**
   * Restores a dump into a new database. One in the custom format comes without owners and privileges; one in plain SQL needs the roles
   * that it names.
   *
   * @returns The name of the database.
   */
  async load({ repository, snapshot, path, signal }: DumpAt): Promise<string> {
    const database = this.#names.next();
    // Before it is made: half of it has to go, too.
    this.#made.push(database);
    const what = { ...this.#programs, repository, snapshot, path, database, create: true, signal };
    const options = path.endsWith('.dump') ? ['--no-owner', '--no-privileges'] : undefined;
    await restorePostgres({ ...what, options });
    return database;
  }

  /** Not ended by a signal: it would stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const name of this.#made.splice(0)) await dropDatabase(this.#programs, name);
    } finally {
      await this.#names[Symbol.asyncDispose]();
    }
  }
}
