import { identifier, type MysqlPrograms, query } from './programs.ts';
import type { MysqlServer } from './server.ts';

/** Tables that are counted in one statement. */
const AT_ONCE = 200;

/** Counts the rows of tables that are there. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function countRows(
  programs: MysqlPrograms,
  server: MysqlServer,
  of: {
    readonly database: string;
    readonly tables: readonly string[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ReadonlyMap<string, number>> {
  const { database, tables, signal } = of;
  const counts = new Map<string, number>();
  for (let from = 0; from < tables.length; from += AT_ONCE) {
    const some = tables.slice(from, from + AT_ONCE);
    const each = some.map(
      (table, number) => `SELECT ${number}, COUNT(*) FROM ${identifier(database)}.${identifier(table)}`,
    );
    const rows = await query(programs, server.client, { sql: each.join(' UNION ALL '), signal });
    for (const [number, count] of rows) counts.set(some[Number(number)] ?? '', Number(count));
  }
  return counts;
}
