import { compareLiveSchema, joinedFindings, NO_LIVE } from '../comparison/live-schema.ts';
import { columnParts, liveDatabaseOf } from '../databases/dump-database.ts';
import { BackupError } from '../errors.ts';
import type { EntryProblem } from '../repository/contract.ts';
import type { RestoreInto, ScratchCopy, ScratchFinding, ScratchRequest } from '../validate/contract.ts';
import { connectionParts } from './connection.ts';
import { mysqlView } from './mysql-view.ts';
import { objectsOf } from './objects.ts';
import { identifier, literal, type MysqlPrograms, query } from './programs.ts';
import { orphanChecks, referencesOf } from './references.ts';
import { MysqlScratch } from './scratch-databases.ts';
import { askServer } from './server.ts';

const DUMP = /\.sql$/;

/**
 * Loads dumps of MariaDB or MySQL into new databases of a server for `validateRestore`: looks for rows that refer to none, and compares
 * tables and views with those of a live server, if one is named. The databases (`holdfast_check_...`) are dropped in the end, also after a
 * failure; those of a trial that was killed, by the next one.
 *
 * @param server A server for trials: its user has to be able to create databases.
 * @param options `live`: where the databases are that the dumps are of. Where there is one dump, the database that it names counts, else those of the dumps' names.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { scratchMysql } from '@x/backup-store/mysql';
 * import { validateRestore } from '@x/backup-store/validate';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const live = { url: 'mariadb://backup@db.example/shop', password: process.env['SHOP_DB_PASSWORD'] };
 * const mysql = scratchMysql({ url: 'mariadb://admin@test-db', password: process.env['TEST_DB_PASSWORD'] }, { live });
 * const { report } = await validateRestore(repository, { snapshot: 'latest', restoreInto: { mysql } });
 * console.log(report);
 * ```
 */
export function scratchMysql(
  server: MysqlPrograms,
  options: { readonly live?: MysqlPrograms | undefined } = {},
): RestoreInto {
  return async (request) => {
    const dumps = request.files.filter((path) => DUMP.test(path));
    if (dumps.length === 0)
      throw new BackupError('PATH_NOT_FOUND', `Expected dumps of MariaDB or MySQL in ${request.source.path}, got none`);
    const scratch = await MysqlScratch.open(server, request.signal);
    try {
      const loaded: LoadedDump[] = [];
      for (const path of dumps) loaded.push({ path, database: await scratch.load({ ...request, path }) });
      const copy = new MysqlCopy({ server, live: options.live, scratch, loaded, request });
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
  /** The one that it was loaded into. */
  readonly database: string;
}

interface CopyParts {
  readonly server: MysqlPrograms;
  readonly live: MysqlPrograms | undefined;
  readonly scratch: MysqlScratch;
  readonly loaded: readonly LoadedDump[];
  readonly request: ScratchRequest;
}

class MysqlCopy implements ScratchCopy {
  readonly #parts: CopyParts;
  readonly #details: string[] = [];

  constructor(parts: CopyParts) {
    this.#parts = parts;
  }

  async describe(): Promise<void> {
    const { server, scratch, loaded, request } = this.#parts;
    for (const { path, database } of loaded) {
      const objects = await objectsOf(server, scratch.server, { database, signal: request.signal });
      const tables = objects.filter(({ kind }) => kind === 'table').length;
      this.#details.push(`${path}: ${tables} tables on ${scratch.server.version}`);
    }
  }

  get detail(): string {
    return this.#details.join(', ');
  }

  /** Without a password: whoever uses it has one. */
  get locations(): readonly string[] {
    const { host = 'localhost', port, user, socket } = connectionParts(this.#parts.server);
    return this.#parts.loaded.map(({ database }) => {
      const url = new URL(`mysql://${host.includes(':') ? `[${host}]` : host}/${database}`);
      if (user !== undefined) url.username = encodeURIComponent(user);
      if (port !== undefined) url.port = String(port);
      if (socket !== undefined) url.searchParams.set('socket', socket);
      return url.href;
    });
  }

  async values(column: string): Promise<readonly string[]> {
    const { table, name } = columnParts(column);
    const { server, scratch, loaded, request } = this.#parts;
    const ask = async (sql: string): Promise<string[][]> =>
      await query(server, scratch.server.client, { sql, signal: request.signal });
    const found: string[] = [];
    for (const { database } of loaded) {
      const there = await ask(
        `SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${literal(database)} AND TABLE_NAME = ${literal(table)}`,
      );
      if (there.length === 0) continue;
      const [at, from] = [identifier(name), `${identifier(database)}.${identifier(table)}`];
      const rows = await ask(`SELECT DISTINCT CONVERT(${at} USING utf8mb4) FROM ${from} WHERE ${at} IS NOT NULL`);
      found.push(...rows.map(([value = '']) => value));
    }
    return found;
  }

  /** Servers load dumps without looking at references. */
  async checkData(): Promise<ScratchFinding> {
    const { server, scratch, loaded, request } = this.#parts;
    const { signal } = request;
    const problems: EntryProblem[] = [];
    let checked = 0;
    for (const { path, database } of loaded) {
      const references = await referencesOf(server, scratch.server, { database, signal });
      for (const { sql, what } of orphanChecks(references, database)) {
        checked++;
        if ((await query(server, scratch.server.client, { sql, signal })).length > 0)
          problems.push({ path, code: 'DATABASE_DAMAGED', message: what });
      }
    }
    return { checked, problems, detail: `foreign keys, held against all rows: ${checked}` };
  }

  async checkLive(): Promise<ScratchFinding> {
    const { server, live, scratch, loaded, request } = this.#parts;
    const { signal } = request;
    if (live === undefined) return NO_LIVE;
    const there = await askServer(live, signal);
    const found: ScratchFinding[] = [];
    for (const { path, database } of loaded) {
      const name = liveDatabaseOf(path, { named: connectionParts(live).database, dumps: loaded.length });
      const before = mysqlView(server, scratch.server, database);
      found.push(await compareLiveSchema({ path, before, after: mysqlView(live, there, name) }, signal));
    }
    return joinedFindings(found);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.scratch[Symbol.asyncDispose]();
  }
}
