import { type HeldSession, holdSession } from '../databases/held-session.ts';
import { runOf, scratchNames, type ScratchPurpose } from '../databases/scratch-names.ts';
import { mysqlFailure } from './failure.ts';
import { identifier, literal, mysqlCommand, type MysqlPrograms, query, SCRIPT } from './programs.ts';
import type { MysqlServer } from './server.ts';

/** Names for databases, which are locked until this is disposed of, or the process ends. */
export interface LockedNames extends AsyncDisposable {
  next(): string;
}

/**
 * Names for databases of a trial or restore. A session holds a lock of the server for them, and ends with this process, however that ends. What has no
 * lock is of one that was killed: it is dropped first, as far as the user may.
 *
 * @throws {BackupError} `DATABASE_...`, `COMMAND_...`.
 */
export async function lockNames(
  programs: MysqlPrograms,
  server: MysqlServer,
  how: { readonly purpose: ScratchPurpose; readonly signal?: AbortSignal | undefined },
): Promise<LockedNames> {
  const names = scratchNames(how.purpose);
  const session = await lock(programs, server, names.run);
  try {
    await sweep(programs, server, how.signal);
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

/** Who is at work has made the lock before the database. */
async function sweep(programs: MysqlPrograms, server: MysqlServer, signal: AbortSignal | undefined): Promise<void> {
  for (const database of server.databases) {
    const run = runOf(database);
    if (run === undefined) continue;
    const sql = `SELECT IS_FREE_LOCK(${literal(lockName(run))})`;
    const [[isFree] = []] = await query(programs, server.client, { sql, signal });
    if (isFree !== '1') continue;
    const drop = `DROP DATABASE IF EXISTS ${identifier(database)}`;
    await query(programs, server.client, { sql: drop }).catch(() => undefined);
  }
}

/** For trials and restores. */
const lockName = (run: string): string => `holdfast_check_${run}`;

async function lock(programs: MysqlPrograms, server: MysqlServer, run: string): Promise<HeldSession> {
  // What is printed is wanted at once.
  const args = [...SCRIPT, '--skip-column-names', '--unbuffered', '--connect-timeout=30'];
  const name = literal(lockName(run));
  try {
    const command = mysqlCommand(programs, server.client, args);
    return await holdSession(command, `SET SESSION wait_timeout = 2147483; SELECT GET_LOCK(${name}, 10);`);
  } catch (error) {
    throw mysqlFailure(error);
  }
}
