import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inTurn } from './in-turn.ts';
import { migrations } from './migrations.ts';
import type { Row, Sql, SqlValue } from './sql.ts';

/** A hotel's own database file. */
export async function openSqlite(path: string): Promise<Sql> {
  await mkdir(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  for (const statement of migrations()) database.exec(statement);
  const all = async (text: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> =>
    database.prepare(text.replaceAll('$', '?')).all(...values) as Row[];
  const takeTurn = inTurn();
  return {
    all: async (text, values) => await takeTurn(async () => await all(text, values)),
    atRest: takeTurn,
    drop: async () => undefined,
    transaction: async (work) =>
      await takeTurn(async () => {
        database.exec('BEGIN IMMEDIATE');
        try {
          const result = await work({ all });
          database.exec('COMMIT');
          return result;
        } catch (error) {
          database.exec('ROLLBACK');
          throw error;
        }
      }),
    [Symbol.asyncDispose]: async () => {
      database.close();
    },
  };
}
