/** What is needed of a client of PostgreSQL: one connection, such as a `Client` of `pg` that is connected, or one of its pool. */
export interface PostgresClient {
  /** Runs one statement; `$1` in `text` is the first of `values`. */
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly rowCount: number | null }>;
}

/**
 * Settings under which text of a value is always the same and comes back exactly, by name (PostgreSQL manual, "Client Connection
 * Defaults").
 */
const SETTINGS: Readonly<Record<string, string>> = {
  datestyle: 'ISO, YMD',
  intervalstyle: 'iso_8601',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '3',
  xmloption: 'content',
};

/** Settings for the transaction that is under way. */
export async function exactText(client: PostgresClient): Promise<void> {
  const calls = Object.keys(SETTINGS).map((name, i) => `set_config('${name}', $${i + 1}, true)`);
  await client.query(`SELECT ${calls.join(', ')}`, Object.values(SETTINGS));
}

/** Does work in a transaction; when it throws, nothing is done. */
export async function inTransaction<T>(client: PostgresClient, begin: string, work: () => Promise<T>): Promise<T> {
  await client.query(begin);
  try {
    await exactText(client);
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // What has broken the connection has ended the transaction, too.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Does work within the transaction that is under way; when it throws, that goes on as it was before. */
export async function inSavepoint(client: PostgresClient, work: () => Promise<void>): Promise<void> {
  await client.query('SAVEPOINT holdfast');
  try {
    await work();
    await client.query('RELEASE SAVEPOINT holdfast');
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT holdfast').catch(() => undefined);
    throw error;
  }
}
