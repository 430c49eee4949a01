import { type HeldSession, holdSession } from '../databases/held-session.ts';
import { runOf, type ScratchNames, scratchNames } from '../databases/scratch-names.ts';
import type { Repository } from '../repository/contract.ts';
import { postgresFailure } from './failure.ts';
import { MAINTENANCE, postgresCommand, type PostgresPrograms, PSQL, queryJson } from './programs.ts';
import { restorePostgres } from './restore-postgres.ts';
import { dropDatabase } from './scratch-database.ts';

/** What the numbers of our locks begin with: "hf" in ASCII. The 48 bits behind it are those of the trial. */
const LOCKS = 0x6866n << 48n;
/** A session that waits for the end of a trial is not to be ended for it. Servers before 14 don't know the setting. */
const STAY =
  "DO $$BEGIN PERFORM set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'; END$$";

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
  readonly #names: ScratchNames;
  readonly #session: HeldSession;
  readonly #made: string[] = [];

  private constructor(programs: PostgresPrograms, names: ScratchNames, session: HeldSession) {
    this.#programs = programs;
    this.#names = names;
    this.#session = session;
  }

  /** @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
  static async open(programs: PostgresPrograms, signal?: AbortSignal): Promise<PostgresScratch> {
    const names = scratchNames();
    const scratch = new PostgresScratch(programs, names, await lock(programs, names.run));
    try {
      for (const database of await leftOver(programs, signal)) await dropDatabase(programs, database);
      return scratch;
    } catch (error) {
      await scratch[Symbol.asyncDispose]();
      throw error;
    }
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
      await this.#session[Symbol.asyncDispose]();
    }
  }
}

const lockOf = (run: string): bigint => LOCKS + BigInt(`0x${run}`);

async function lock(programs: PostgresPrograms, run: string): Promise<HeldSession> {
  const command = postgresCommand(programs, 'psql', [...PSQL, '--no-align', '--tuples-only'], MAINTENANCE);
  try {
    return await holdSession(command, `${STAY};\nSELECT pg_try_advisory_lock(${lockOf(run)});`);
  } catch (error) {
    throw postgresFailure(error);
  }
}

/** Databases of trials whose lock nobody holds. Who is at work has made the lock before the database. */
async function leftOver(programs: PostgresPrograms, signal?: AbortSignal): Promise<string[]> {
  // Databases first: one that is made between the two has its lock by then.
  const { databases } = await queryJson(
    programs,
    "SELECT json_build_object('databases', coalesce(json_agg(datname), '[]')) FROM pg_database WHERE datname LIKE 'holdfast\\_check\\_%'",
    { database: MAINTENANCE, signal },
  );
  const { locks } = await queryJson(
    programs,
    `SELECT json_build_object('locks', coalesce(json_agg(((classid::bigint << 32) | objid::bigint)::text), '[]')) FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 1`,
    { database: MAINTENANCE, signal },
  );
  const held = new Set(locks as readonly string[]);
  return (databases as readonly string[]).filter((database) => {
    const run = runOf(database);
    return run !== undefined && !held.has(String(lockOf(run)));
  });
}
