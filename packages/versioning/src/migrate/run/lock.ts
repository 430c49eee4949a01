import { setTimeout } from 'node:timers/promises';
import { VersioningError } from '../../errors.ts';
import type { DatabaseConnection, Hold, MigrationDriver } from '../driver.ts';

/** How a lock is waited for. */
export interface LockOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: (() => void) | undefined;
}

const POLL_MS = 200;

/**
 * Opens a connection that holds something. It asks again and again and never waits within a statement: a server would count that for work that is under
 * way, and `CREATE INDEX CONCURRENTLY` of the one who has the lock would wait for it.
 *
 * @throws {VersioningError} `MIGRATION_LOCKED` after `timeoutMs`; those of `connect`; the reason of `signal`.
 */
export async function holding(driver: MigrationDriver, what: Hold, options: LockOptions): Promise<DatabaseConnection> {
  const { timeoutMs, signal, onWait } = options;
  const connection = await driver.connect('work');
  try {
    for (let waited = 0; !(await connection.tryHold(what)); waited += POLL_MS) {
      if (waited === 0) onWait?.();
      if (waited >= timeoutMs) throw locked(driver.place, timeoutMs, what);
      await setTimeout(POLL_MS, undefined, { signal });
    }
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function locked(place: string, timeoutMs: number, what: Hold): VersioningError {
  const got = what === 'run' ? 'another run that has it' : 'a server that still works on what a killed run began';
  const message = `Expected the lock of migrations of ${place} within ${timeoutMs} ms, got ${got}`;
  return new VersioningError('MIGRATION_LOCKED', message, {
    hint: 'Wait until that has ended, or raise lockTimeoutMs.',
  });
}
