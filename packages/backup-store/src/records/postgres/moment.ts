import type { PostgresClient } from './client.ts';

/** Milliseconds between a transaction taking its time and telling it: far more than it takes. */
const MARGIN_MS = 1000;
/** Milliseconds that a prepared transaction may have been under way before it was prepared. */
const PREPARED_MS = 86_400_000;

/**
 * Transactions that are under way in this database, and whether some of them can't be seen: without the right to, a role is not told
 * what other roles do.
 */
const SQL = `SELECT
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS now,
  (SELECT (extract(epoch FROM min(xact_start)) * 1000)::bigint::text FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()) AS oldest,
  (SELECT (extract(epoch FROM min(prepared)) * 1000)::bigint::text FROM pg_prepared_xacts
    WHERE database = current_database()) AS prepared,
  (SELECT count(*)::text FROM pg_stat_activity
    WHERE datname = current_database() AND query = '<insufficient privilege>') AS hidden`;

/**
 * A moment before which all has been committed that has a time (`now()`) from before it: no later than the begin of any transaction
 * that is under way. To be asked before the snapshot is taken in which changes are read. `undefined`: this role is not told.
 *
 * @returns Milliseconds since 1970, by the server's clock.
 */
export async function quietMoment(client: PostgresClient): Promise<number | undefined> {
  const { rows } = await client.query(SQL);
  const { now, oldest, prepared, hidden } = rows[0] as Record<string, string | null | undefined>;
  if (Number(hidden) > 0) return undefined;
  const times = [Number(now)];
  if (typeof oldest === 'string') times.push(Number(oldest));
  if (typeof prepared === 'string') times.push(Number(prepared) - PREPARED_MS);
  return Math.min(...times) - MARGIN_MS;
}
