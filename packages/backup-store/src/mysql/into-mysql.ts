import { noteTables } from '../databases/noted-tables.ts';
import type { IntoPlace, PlaceCheck } from '../repository/contract.ts';
import { mysqlFailure } from './failure.ts';
import { mysqlPlace } from './mysql-place.ts';
import { objectsOf } from './objects.ts';
import { brokenReferences } from './references.ts';
import { restoreMysql, type RestoreMysqlOptions, type RestoreMysqlResult } from './restore-mysql.ts';
import { countRows } from './row-counts.ts';
import { askServer } from './server.ts';

/** Options of {@link intoMysql}. */
export interface IntoMysqlOptions extends Omit<
  RestoreMysqlOptions,
  'repository' | 'snapshot' | 'signal' | 'onReplace'
> {
  /** What the place's `address` is to be. Without secrets. */
  readonly address?: string | undefined;
}

/**
 * A dump, or with `tables` some tables of it, into a database of MariaDB or MySQL, for `Repository.restoreInto`: {@link restoreMysql} with a
 * safety snapshot of the whole database before, a validation after, and a way back. Each table has to be there with as many rows as
 * came out of the dump, so nobody else should write to it meanwhile, and each row has to have the rows that it refers to. Going back with `tables` leaves others alone.
 */
export function intoMysql({ address, ...options }: IntoMysqlOptions): IntoPlace<RestoreMysqlResult> {
  let dumped: ReadonlyMap<string, number> = new Map();
  return {
    place: {
      ...mysqlPlace({ ...options, address }, options.tables !== undefined),
      parts: options.tables?.map((name) => ({ name })),
    },
    restore: async ({ repository, snapshot, signal, replacing, notes }) => {
      const onReplace = (rows: ReadonlyMap<string, number>): void => {
        dumped = rows;
        noteTables(notes, [...rows.keys()]);
        replacing();
      };
      return await restoreMysql({ ...options, repository, snapshot: snapshot.id, signal, onReplace });
    },
    check: async (_result, { signal }) => await checkTables(options, dumped, signal),
  };
}

async function checkTables(
  options: Omit<IntoMysqlOptions, 'address'>,
  dumped: ReadonlyMap<string, number>,
  signal: AbortSignal | undefined,
): Promise<PlaceCheck> {
  const { database } = options;
  try {
    const server = await askServer(options, signal);
    const there = new Set(
      (await objectsOf(options, server, { database, signal })).map(({ kind, name }) => `${kind} ${name}`),
    );
    const found = [...dumped.keys()].filter((name) => there.has(`table ${name}`));
    const counts = await countRows(options, server, { database, tables: found, signal });
    const problems = [...dumped].flatMap(([table, rows]) =>
      // More are those of a service that writes already.
      (counts.get(table) ?? -1) >= rows
        ? []
        : [`Expected ${rows} rows in ${table}, got ${counts.get(table) ?? 'no such table'}`],
    );
    const tables = options.tables === undefined ? undefined : new Set(dumped.keys());
    problems.push(...(await brokenReferences(options, server, { database, tables, signal })));
    return { checked: dumped.size, problems };
  } catch (error) {
    throw mysqlFailure(error);
  }
}
