import { type HeldSession, holdSession } from '../databases/held-session.ts';
import { runOf, type ScratchNames, scratchNames, type ScratchPurpose } from '../databases/scratch-names.ts';
import { postgresFailure } from './failure.ts';
import { MAINTENANCE, postgresCommand, type PostgresPrograms, PSQL, queryJson } from './programs.ts';
import { dropDatabase } from './scratch-database.ts';

/** What the numbers of our locks begin with: "hf" in ASCII. The 48 bits behind it are those of the trial or restore. */
const LOCKS = 0x6866n << 48n;
/** A session that waits for the end of a trial is not to be ended for it. Servers before 14 don't know the setting. */
const STAY =
  "DO $$BEGIN PERFORM set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'; END$$";

/** Names for databases, which are locked until this is disposed of, or the process ends. */
export interface LockedNames extends AsyncDisposable {
  next(): string;
}

/**
 * Names for databases of a trial or restore. A session holds an advisory lock of them, and ends with this process, however that ends. What has no
 * lock is of one that was killed: it is dropped first, as far as the user may.
 *
 * @throws {BackupError} `DATABASE_...`, `COMMAND_...`.
 */
export async function lockNames(
  programs: PostgresPrograms,
  purpose: ScratchPurpose,
  signal?: AbortSignal,
): Promise<LockedNames> {
  const names: ScratchNames = scratchNames(purpose);
  const session = await lock(programs, names.run);
  try {
    for (const database of await leftOver(programs, signal))
      await dropDatabase(programs, database).catch(() => undefined);
    return {
      next: () => names.next(),
      [Symbol.asyncDispose]: async () => {
        await session[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
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

/** Databases of trials and restores whose lock nobody holds. Who is at work has made the lock before the database. */
async function leftOver(programs: PostgresPrograms, signal?: AbortSignal): Promise<string[]> {
  // Databases first: one that is made between the two has its lock by then.
  const { databases } = await queryJson(
    programs,
    "SELECT json_build_object('databases', coalesce(json_agg(datname), '[]')) FROM pg_database WHERE datname ~ '^holdfast_(check|restore)_'",
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
