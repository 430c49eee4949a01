import { compareLiveSchema, joinedFindings, NO_LIVE } from '../comparison/live-schema.ts';
import { columnParts, liveDatabaseOf } from '../databases/dump-database.ts';
import { BackupError } from '../errors.ts';
import type { RestoreInto, ScratchCopy, ScratchFinding, ScratchRequest } from '../validate/contract.ts';
import { connectionEnvironment } from './connection.ts';
import { postgresView } from './postgres-view.ts';
import { type PostgresPrograms, queryJson } from './programs.ts';
import { PostgresScratch } from './scratch-databases.ts';
import { literal, quoted } from './sql-text.ts';

/** Roles and tablespaces are the whole server's, and not to be changed by a trial. */
const GLOBALS = /(?:^|\/)globals\.sql$/;
const DUMP = /\.(?:sql|dump)$/;

const TABLES_SQL = `SELECT json_build_object('version', current_setting('server_version'), 'tables', (
  SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'))`;

/** What the server has not found to hold by itself while it restored. */
const UNPROVEN_SQL = `SELECT json_build_object(
  'keys', (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated),
  'unproven', (SELECT coalesce(json_agg(conrelid::regclass::text || ': ' || conname), '[]') FROM pg_constraint WHERE NOT convalidated),
  'invalid', (SELECT coalesce(json_agg(indexrelid::regclass::text), '[]') FROM pg_index WHERE NOT indisvalid))`;

/**
 * Restores dumps of PostgreSQL into new databases of a server for `validateRestore`: the server holds keys, checks and references against all rows
 * as it restores. Tables and views are compared with those of a live server, if one is named. The databases (`holdfast_check_...`) are dropped in
 * the end, also after a failure; those of a trial that was killed, by the next one. Dumps in the custom format are restored without owners and
 * privileges; those in plain SQL need the roles they name.
 *
 * @param server A server for trials: its user has to be able to create databases.
 * @param options `live`: where the databases are that the dumps are of. Where there is one dump, the database that it names counts, else those of the dumps' names.
 */
export function scratchPostgres(
  server: PostgresPrograms,
  options: { readonly live?: PostgresPrograms | undefined } = {},
): RestoreInto {
  return async (request) => {
    const dumps = request.files.filter((path) => DUMP.test(path) && !GLOBALS.test(path));
    if (dumps.length === 0)
      throw new BackupError('PATH_NOT_FOUND', `Expected dumps of PostgreSQL in ${request.source.path}, got none`);
    const scratch = await PostgresScratch.open(server, request.signal);
    try {
      const loaded: LoadedDump[] = [];
      for (const path of dumps) loaded.push({ path, database: await scratch.load({ ...request, path }) });
      const copy = new PostgresCopy({ server, live: options.live, scratch, loaded, request });
      await copy.describe();
      return copy;
    } catch (error) {
      await scratch[Symbol.asyncDispose]().catch(() => undefined);
      throw error;
    }
  };
}

interface LoadedDump {
  readonly path: string;
  /** The one that it was restored to. */
  readonly database: string;
}

interface CopyParts {
  readonly server: PostgresPrograms;
  readonly live: PostgresPrograms | undefined;
  readonly scratch: PostgresScratch;
  readonly loaded: readonly LoadedDump[];
  readonly request: ScratchRequest;
}

class PostgresCopy implements ScratchCopy {
  readonly #parts: CopyParts;
  readonly #details: string[] = [];

  constructor(parts: CopyParts) {
    this.#parts = parts;
  }

  async describe(): Promise<void> {
    for (const { path, database } of this.#parts.loaded) {
      const { version, tables } = await this.#ask(TABLES_SQL, database);
      this.#details.push(`${path}: ${String(tables)} tables on PostgreSQL ${String(version)}`);
    }
  }

  get detail(): string {
    return this.#details.join(', ');
  }

  get locations(): readonly string[] {
    return this.#parts.loaded.map(({ database }) => urlOf(this.#parts.server, database));
  }

  async #ask(sql: string, database: string): Promise<Record<string, unknown>> {
    return await queryJson(this.#parts.server, sql, { database, signal: this.#parts.request.signal });
  }

  async values(column: string): Promise<readonly string[]> {
    const { schema, table, name } = columnParts(column);
    const from = [...(schema === undefined ? [] : [schema]), table].map(quoted).join('.');
    const found: string[] = [];
    for (const { database } of this.#parts.loaded) {
      const there = `SELECT json_build_object('there', to_regclass(${literal(from)}) IS NOT NULL)`;
      if ((await this.#ask(there, database))['there'] !== true) continue;
      const sql = `SELECT json_build_object('values', coalesce(json_agg(DISTINCT ${quoted(name)}::text), '[]')) FROM ${from} WHERE ${quoted(name)} IS NOT NULL`;
      found.push(...((await this.#ask(sql, database))['values'] as string[]));
    }
    return found;
  }

  async checkData(): Promise<ScratchFinding> {
    const found: ScratchFinding[] = [];
    for (const { path, database } of this.#parts.loaded) {
      const { keys, unproven, invalid } = (await this.#ask(UNPROVEN_SQL, database)) as unknown as {
        readonly keys: number;
        readonly unproven: readonly string[];
        readonly invalid: readonly string[];
      };
      const detail = [`${path}: ${keys} foreign keys hold for all rows`];
      // The backup has them like that: they were made NOT VALID, and the server has not looked.
      if (unproven.length > 0) detail.push(`not proven to: ${unproven.join(', ')}`);
      const problems = invalid.map((index) => ({
        path,
        code: 'DATABASE_DAMAGED',
        message: `the index ${index} is not valid`,
      }));
      found.push({ checked: keys, detail: detail.join('; '), problems });
    }
    return joinedFindings(found);
  }

  async checkLive(): Promise<ScratchFinding> {
    const { server, live, loaded, request } = this.#parts;
    if (live === undefined) return NO_LIVE;
    const found: ScratchFinding[] = [];
    for (const { path, database } of loaded) {
      const named = connectionEnvironment(live).env['PGDATABASE'];
      const name = liveDatabaseOf(path, { named, dumps: loaded.length });
      const sides = { path, before: postgresView(server, database), after: postgresView(live, name) };
      found.push(await compareLiveSchema(sides, request.signal));
    }
    return joinedFindings(found);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.scratch[Symbol.asyncDispose]();
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
