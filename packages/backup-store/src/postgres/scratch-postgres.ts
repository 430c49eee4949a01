import { randomBytes } from 'node:crypto';
import { BackupError } from '../errors.ts';
import type { RestoreInto, ScratchCopy, ScratchRequest } from '../validate/contract.ts';
import { type PostgresPrograms, queryJson } from './programs.ts';
import { restorePostgres } from './restore-postgres.ts';
import { dropDatabase } from './scratch-database.ts';
import { literal, quoted } from './sql-text.ts';

/** Roles and tablespaces are the whole server's, and not to be changed by a trial. */
const GLOBALS = /(?:^|\/)globals\.sql$/;
const DUMP = /\.(?:sql|dump)$/;

const TABLES_SQL = `SELECT json_build_object('version', current_setting('server_version'), 'tables', (
  SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'))`;

/**
 * Restores dumps of PostgreSQL into new databases of a server for `validateRestore`, which are dropped in the end. Their names are
 * `holdfast_check_` and 12 random hex digits; those of a process that was killed stay. Dumps in the custom format are restored without owners and privileges;
 * those in plain SQL need the roles they name.
 *
 * @param server A server for trials: its user has to be able to create databases.
 */
export function scratchPostgres(server: PostgresPrograms): RestoreInto {
  return async (request) => await new ScratchDatabases(server).restore(request);
}

class ScratchDatabases implements ScratchCopy {
  readonly #server: PostgresPrograms;
  readonly #names: string[] = [];
  readonly #details: string[] = [];

  constructor(server: PostgresPrograms) {
    this.#server = server;
  }

  get detail(): string {
    return this.#details.join(', ');
  }

  get locations(): readonly string[] {
    return this.#names.map((name) => urlOf(this.#server, name));
  }

  async restore(request: ScratchRequest): Promise<this> {
    try {
      const dumps = request.files.filter((path) => DUMP.test(path) && !GLOBALS.test(path));
      if (dumps.length === 0) {
        throw new BackupError('PATH_NOT_FOUND', `Expected dumps of PostgreSQL in ${request.source.path}, got none`);
      }
      for (const path of dumps) await this.#restoreOne(request, path);
      return this;
    } catch (error) {
      await this[Symbol.asyncDispose]().catch(() => undefined);
      throw error;
    }
  }

  async #restoreOne({ repository, snapshot, signal }: ScratchRequest, path: string): Promise<void> {
    const database = `holdfast_check_${randomBytes(6).toString('hex')}`;
    // Before it is made: half of it has to go, too.
    this.#names.push(database);
    const what = { ...this.#server, repository, snapshot, path, database, create: true, signal };
    const options = path.endsWith('.dump') ? ['--no-owner', '--no-privileges'] : undefined;
    await restorePostgres({ ...what, options });
    const { version, tables } = await queryJson(this.#server, TABLES_SQL, { database, signal });
    this.#details.push(`${path}: ${String(tables)} tables on PostgreSQL ${String(version)}`);
  }

  async values(column: string): Promise<readonly string[]> {
    const parts = column.split('.');
    const [name = '', table = '', schema] = parts.toReversed();
    if (table === '' || name === '' || parts.length > 3) {
      throw new BackupError('INVALID_OPTION', `Expected table.column or schema.table.column, got ${column}`);
    }
    const from = [...(schema === undefined ? [] : [schema]), table].map(quoted).join('.');
    const found: string[] = [];
    for (const database of this.#names) {
      const { there } = await queryJson(
        this.#server,
        `SELECT json_build_object('there', to_regclass(${literal(from)}) IS NOT NULL)`,
        { database },
      );
      if (there !== true) continue;
      const sql = `SELECT json_build_object('values', coalesce(json_agg(DISTINCT ${quoted(name)}::text), '[]')) FROM ${from} WHERE ${quoted(name)} IS NOT NULL`;
      const { values } = await queryJson(this.#server, sql, { database });
      found.push(...(values as string[]));
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#names.splice(0)) await dropDatabase(this.#server, name);
  }
}

/** Without a password: whoever uses it has one. */
function urlOf({ url, host, port, user }: PostgresPrograms, database: string): string {
  const location = new URL(url ?? 'postgres://localhost');
  location.password = '';
  location.searchParams.delete('password');
  if (user !== undefined) location.username = encodeURIComponent(user);
  if (host !== undefined && !host.startsWith('/')) location.hostname = host;
  if (port !== undefined) location.port = String(port);
  location.pathname = `/${database}`;
  return location.href;
}
