import { runCommand } from '../command/run-command.ts';
import { commandOutput } from '../command/command-source.ts';
import { safetyDump } from '../databases/safety-dump.ts';
import { placeName } from '../databases/shown-url.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { PlaceBefore, PlaceRun, RestorePlace } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { connectionEnvironment } from './connection.ts';
import { postgresFailure } from './failure.ts';
import { type DatabaseFrame, dropAll, frameOf } from './objects.ts';
import { postgresSource } from './postgres-source.ts';
import { postgresCommand, type PostgresPrograms, programsOf, PSQL } from './programs.ts';
import { dropDatabase } from './scratch-database.ts';
import { putTablesBack, type TablesBefore } from './tables-return.ts';

/** A database of PostgreSQL that is restored into. */
export interface PostgresPlaceOptions extends PostgresPrograms {
  readonly database: string;
  /** What {@link RestorePlace.address} is to be. */
  readonly address?: string | undefined;
}

type Server = PostgresPrograms & { readonly database: string };

/** How a database was: absent when there was none. */
interface PostgresBefore {
  readonly frame?: DatabaseFrame | undefined;
  /** When only tables are restored: going back leaves all others alone. */
  readonly tables?: TablesBefore | undefined;
}

/**
 * A database of PostgreSQL, for `Repository.rollBack` after a restore by `intoPostgres` or `intoPostgresTables` was killed. It is made
 * what it was in one transaction: everything in its schemas is dropped, and made anew from the safety snapshot. One that was made by
 * the restore is dropped.
 */
export function postgresPlace(options: PostgresPlaceOptions): RestorePlace {
  const { database, address } = options;
  const server = { ...programsOf(options), database };
  return {
    name: placeOf(server),
    address,
    // One that can be put into the script that drops what is there.
    current: { sources: [postgresSource({ ...server, databases: [database], format: 'custom' })] },
    look: async ({ signal }) => {
      try {
        const { objects, ...frame } = await frameOf(server, { database, signal });
        return { state: { frame: { ...frame } }, isEmpty: objects === 0 };
      } catch (error) {
        if (!isBackupError(error, 'DATABASE_NOT_FOUND')) throw error;
        return { state: {}, isEmpty: true };
      }
    },
    goBack: async (before, run) => {
      try {
        await goBack(server, before, run);
      } catch (error) {
        throw postgresFailure(error);
      }
    },
  };
}

function placeOf({ database, ...programs }: Server): string {
  const { env } = connectionEnvironment(programs);
  const { PGHOST: host, PGPORT: port } = env;
  return placeName(
    'postgres',
    { host, port: port === undefined ? undefined : Number(port), through: programs.executor?.name },
    database,
  );
}

async function goBack(options: Server, { state, safety }: PlaceBefore, run: PlaceRun): Promise<void> {
  const { frame, tables } = state as unknown as PostgresBefore;
  if (tables !== undefined) return await putTablesBack(options, { ...tables, safety }, run);
  if (frame === undefined) return await dropDatabase(options, options.database);
  const script = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`BEGIN;\n${dropAll(frame)}\n`);
    if (safety !== undefined) yield* scriptOf(options, safety, run);
    yield Buffer.from('\nCOMMIT;\n');
  };
  const load = postgresCommand(options, 'psql', [...PSQL, '--output=/dev/null'], options.database);
  await runCommand({ ...load, stdin: script });
}

/** The dump of a safety snapshot as SQL. */
async function* scriptOf(
  options: Server,
  safety: SnapshotRecord,
  { repository }: PlaceRun,
): AsyncGenerator<Uint8Array, void, undefined> {
  const path = await safetyDump(repository, safety, 'postgres');
  if (!path.endsWith('.dump'))
    throw new BackupError('PATH_NOT_FOUND', `Expected a dump in the custom format, got ${path}`);
  const print = postgresCommand(options, 'pg_restore', ['--clean', '--if-exists', '--file=-']);
  yield* commandOutput({ ...print, stdin: () => repository.read(safety.id, { path }) });
}
