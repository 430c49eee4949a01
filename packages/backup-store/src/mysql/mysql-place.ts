import { runCommand } from '../command/run-command.ts';
import { notedTables, refuseNeeded } from '../databases/noted-tables.ts';
import { safetyDump } from '../databases/safety-dump.ts';
import { placeName } from '../databases/shown-url.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { PlaceBefore, PlaceRun, RestorePlace } from '../repository/contract.ts';
import { connectionParts } from './connection.ts';
import { mysqlFailure } from './failure.ts';
import { mysqlSource } from './mysql-source.ts';
import { dropsOf, type MysqlObject, objectsOf, viewsOf } from './objects.ts';
import { identifier, mysqlCommand, type MysqlPrograms, programsOf, SCRIPT } from './programs.ts';
import { referencesOf } from './references.ts';
import { restoreMysql } from './restore-mysql.ts';
import { askDatabase, askServer } from './server.ts';

/** A database of MariaDB or MySQL that is restored into. */
export interface MysqlPlaceOptions extends MysqlPrograms {
  readonly database: string;
  /** What {@link RestorePlace.address} is to be. */
  readonly address?: string | undefined;
}

/** How a database was. */
interface MysqlBefore {
  readonly exists: boolean;
  /** When only tables are restored: all tables and views that were there. Going back leaves what was not restored alone. */
  readonly tables?: { readonly there: readonly string[]; readonly views: readonly string[] } | undefined;
}

type Server = MysqlPrograms & { readonly database: string };

/**
 * A database of MariaDB or MySQL, for `Repository.rollBack` after a restore by `intoMysql` was killed. It is made what it was as {@link restoreMysql}
 * does it with `exact`: what is in the safety snapshot is loaded beside it first. One that was made by the restore is dropped.
 *
 * @param isOfTables Only some tables are restored, and gone back in.
 */
export function mysqlPlace(options: MysqlPlaceOptions, isOfTables = false): RestorePlace {
  const { database, address } = options;
  const server = { ...programsOf(options), database };
  const { host, port } = connectionParts(server);
  return {
    name: placeName('mysql', { host, port, through: server.executor?.name }, database),
    address,
    current: { sources: [mysqlSource({ ...server, databases: [database] })] },
    look: async ({ signal }) => {
      const objects = await foundIn(server, signal);
      const named = (wanted: MysqlObject['kind']): string[] =>
        objects?.filter(({ kind }) => kind === wanted).map(({ name }) => name) ?? [];
      const tables = { there: named('table'), views: named('view') };
      const state = { exists: objects !== undefined, ...(isOfTables ? { tables } : {}) };
      return { state, isEmpty: objects === undefined || objects.length === 0 };
    },
    goBack: async (before, run) => {
      try {
        await goBack(server, before, run);
      } catch (error) {
        throw mysqlFailure(error);
      }
    },
  };
}

/** What a database has; `undefined` when there is none. */
async function foundIn(server: Server, signal: AbortSignal | undefined): Promise<MysqlObject[] | undefined> {
  const { database } = server;
  const asked = await askServer(server, signal);
  try {
    await askDatabase(server, asked, { database, signal });
    return await objectsOf(server, asked, { database, signal });
  } catch (error) {
    if (isBackupError(error, 'DATABASE_NOT_FOUND')) return undefined;
    throw error;
  }
}

async function goBack(server: Server, { state, safety }: PlaceBefore, { repository, notes }: PlaceRun): Promise<void> {
  const { exists, tables } = state as unknown as MysqlBefore;
  const { database } = server;
  if (!exists) return await execute(server, [`DROP DATABASE IF EXISTS ${identifier(database)}`]);
  const restored = tables && notedTables(notes);
  // It was killed before it could replace anything.
  if (tables !== undefined && restored === undefined) return;
  const now = (await foundIn(server, undefined)) ?? [];
  if (tables === undefined && safety === undefined) return await execute(server, dropsOf(database, now));
  const old = tables?.there.filter((name) => restored?.includes(name));
  if (tables !== undefined) {
    const isFresh = ({ kind, name }: MysqlObject): boolean =>
      kind === 'table' && restored?.includes(name) === true && !tables.there.includes(name);
    const fresh = now.filter(isFresh);
    await refuseUsed(server, { fresh: fresh.map(({ name }) => name), restored: restored ?? [], views: tables.views });
    await execute(server, dropsOf(database, fresh));
  }
  if (old?.length === 0) return;
  if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
  const path = await safetyDump(repository, safety, 'mysql');
  const what = { repository, snapshot: safety.id, path, tables: old, clean: true, exact: true };
  await restoreMysql({ ...server, ...what });
}

/** @throws {BackupError} `TABLE_IN_USE` when others refer to tables that would be dropped, or have made views of them since. */
async function refuseUsed(
  server: Server,
  of: { readonly fresh: readonly string[]; readonly restored: readonly string[]; readonly views: readonly string[] },
): Promise<void> {
  const { fresh, restored, views } = of;
  if (fresh.length === 0) return;
  const { database } = server;
  const asked = await askServer(server, undefined);
  const references = await referencesOf(server, asked, { database });
  const keys = references.filter(({ table, parent }) => !restored.includes(table) && fresh.includes(parent));
  const made = await viewsOf(server, asked, { database, tables: fresh });
  refuseNeeded(fresh, [
    ...new Set(keys.map(({ table, name }) => `${table} (${name})`)),
    ...made.filter((view) => !views.includes(view)),
  ]);
}

/** Statements without looking at keys, in a session of their own. */
async function execute(server: Server, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  const { client } = await askServer(server, undefined);
  const stdin = `${['SET SESSION foreign_key_checks = 0', ...statements].join(';\n')};\n`;
  await runCommand({ ...mysqlCommand(server, client, SCRIPT), stdin });
}
