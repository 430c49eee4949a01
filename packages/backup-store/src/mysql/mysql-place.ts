import { runCommand } from '../command/run-command.ts';
import { safetyDump } from '../databases/safety-dump.ts';
import { placeName } from '../databases/shown-url.ts';
import { fitsTable } from '../databases/table-choice.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { PlaceBefore, PlaceRun, RestorePlace } from '../repository/contract.ts';
import { connectionParts } from './connection.ts';
import { mysqlFailure } from './failure.ts';
import { mysqlSource } from './mysql-source.ts';
import { dropsOf, type MysqlObject, objectsOf } from './objects.ts';
import { identifier, mysqlCommand, type MysqlPrograms, programsOf, SCRIPT } from './programs.ts';
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
  /** When only tables are restored: names and patterns of these, and all tables that were there. Going back leaves the others alone. */
  readonly tables?: { readonly patterns: readonly string[]; readonly there: readonly string[] } | undefined;
}

type Server = MysqlPrograms & { readonly database: string };

/**
 * A database of MariaDB or MySQL, for `Repository.rollBack` after a restore by `intoMysql` was killed. It is made what it was as {@link restoreMysql}
 * does it with `exact`: what is in the safety snapshot is loaded beside it first. One that was made by the restore is dropped.
 *
 * @param patterns Only these tables are restored.
 */
export function mysqlPlace(options: MysqlPlaceOptions, patterns?: readonly string[]): RestorePlace {
  const { database, address } = options;
  const server = { ...programsOf(options), database };
  const { host, port } = connectionParts(server);
  return {
    name: placeName('mysql', { host, port, through: server.executor?.name }, database),
    address,
    current: { sources: [mysqlSource({ ...server, databases: [database] })] },
    look: async ({ signal }) => {
      const objects = await foundIn(server, signal);
      const there = objects?.filter(({ kind }) => kind === 'table').map(({ name }) => name) ?? [];
      const tables = patterns === undefined ? undefined : { patterns, there };
      const state = { exists: objects !== undefined, ...(tables === undefined ? {} : { tables }) };
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

async function goBack(server: Server, { state, safety }: PlaceBefore, { repository }: PlaceRun): Promise<void> {
  const { exists, tables } = state as unknown as MysqlBefore;
  const { database } = server;
  if (!exists) return await execute(server, [`DROP DATABASE IF EXISTS ${identifier(database)}`]);
  const now = (await foundIn(server, undefined)) ?? [];
  if (tables === undefined && safety === undefined) return await execute(server, dropsOf(database, now));
  const old = tables?.there.filter((name) => isMeant(tables.patterns, name));
  if (tables !== undefined) await execute(server, dropsOf(database, now.filter(isNew(tables))));
  if (old?.length === 0) return;
  if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
  const path = await safetyDump(repository, safety, 'mysql');
  const what = { repository, snapshot: safety.id, path, tables: old, clean: true, exact: true };
  await restoreMysql({ ...server, ...what });
}

const isMeant = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => fitsTable(pattern, { name }));

const isNew =
  ({ patterns, there }: NonNullable<MysqlBefore['tables']>) =>
  ({ kind, name }: MysqlObject): boolean =>
    kind === 'table' && isMeant(patterns, name) && !there.includes(name);

/** Statements without looking at keys, in a session of their own. */
async function execute(server: Server, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  const { client } = await askServer(server, undefined);
  const stdin = `${['SET SESSION foreign_key_checks = 0', ...statements].join(';\n')};\n`;
  await runCommand({ ...mysqlCommand(server, client, SCRIPT), stdin });
}
