import type { Check } from './contract.ts';
import { oneLine } from './failure.ts';
import { type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';
import { readSecret, type Secret } from './secret.ts';

/** Options of {@link postgresCheck}. What is not given comes from the environment or `~/.pgpass`, as libpq has it. */
export interface PostgresCheckOptions extends CheckTiming {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** `true` encrypts the connection and checks the certificate. Default: `false`. */
  readonly tls?: boolean | undefined;
  /** Whether a server that only reads, as a standby, is a `fail`. Default: `false`. */
  readonly needsWrites?: boolean | undefined;
}

const QUESTION = `select current_setting('server_version') as version, current_setting('transaction_read_only') as read_only`;

/**
 * Whether a PostgreSQL server lets us in and answers a query. Needs the package `pg`, which is an optional peer.
 *
 * @example
 * ```ts
 * import { postgresCheck } from '@x/versioning/deploy';
 *
 * const check = postgresCheck({ database: 'shop', user: 'shop', password: { file: '/run/secrets/db' } });
 * console.log((await check.run({})).found); // PostgreSQL 17.2, reads and writes
 * ```
 */
export function postgresCheck(options: PostgresCheckOptions): Check {
  const { host, port, database, needsWrites = false } = options;
  const where = [host ?? 'default host', port].filter((each) => each !== undefined).join(':');
  return measuredCheck(
    {
      kind: 'postgres',
      name: `postgres ${where}${database === undefined ? '' : `/${database}`}`,
      limit: needsWrites ? 'answers, and takes writes' : 'answers',
      hint: 'Check that the server runs, and host, user and password.',
      async measure({ signal }): Promise<Finding> {
        const client = await openClient(options, signal);
        if (client === undefined) {
          return { outcome: 'fail', found: 'the package pg is missing', hint: 'npm install pg', isFinal: true };
        }
        try {
          await client.connect();
          const { rows } = await client.query<{ version: string; read_only: string }>(QUESTION);
          return judged(rows[0], needsWrites);
        } finally {
          // A server that has stopped to answer would be waited for.
          void client.end().catch(() => undefined);
        }
      },
    },
    options,
  );
}

function judged(row: { version: string; read_only: string } | undefined, needsWrites: boolean): Finding {
  const isReadOnly = row?.read_only === 'on';
  const found = `PostgreSQL ${oneLine(row?.version ?? 'unknown')}, ${isReadOnly ? 'reads only' : 'reads and writes'}`;
  if (!isReadOnly || !needsWrites) return { outcome: 'ok', found };
  return { outcome: 'fail', found, hint: 'It is a standby, or set to read only: name the primary.' };
}

type Client = InstanceType<typeof import('pg').Client>;

async function openClient(options: PostgresCheckOptions, signal: AbortSignal): Promise<Client | undefined> {
  const { host, port, database, user, tls = false } = options;
  const password = options.password === undefined ? undefined : await readSecret(options.password);
  let pg: typeof import('pg');
  try {
    pg = await import('pg');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  const client = new pg.Client({ host, port, database, user, password, ssl: tls, application_name: 'holdfast' });
  // A connection that breaks ends the query, which says so.
  client.on('error', () => undefined);
  // Its own limit of time would leave the socket open; ours closes it.
  signal.addEventListener('abort', () => client.connection.stream.destroy(signal.reason as Error), { once: true });
  return client;
}
