import pg from 'pg';
import { inTurn } from './in-turn.ts';
import { migrations } from './migrations.ts';
import type { Row, Sql, SqlValue } from './sql.ts';

/** BIGINT as a number: these are milliseconds, far below what a number holds. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A hotel's own schema of a database that all hotels share. */
export async function openPostgres(url: string, schema: string): Promise<Sql> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // A server that goes away ends the statement that is under way; there is nobody else to tell.
  client.on('error', () => undefined);
  const name = client.escapeIdentifier(schema);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}`);
  await client.query(`SET search_path TO ${name}`);
  for (const statement of migrations()) await client.query(statement);
  const all = async (text: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> =>
    (await client.query<Row>(text, [...values])).rows;
  const takeTurn = inTurn();
  return {
    all: async (text, values) => await takeTurn(async () => await all(text, values)),
    atRest: takeTurn,
    drop: async () => void (await client.query(`DROP SCHEMA ${name} CASCADE`)),
    transaction: async (work) =>
      await takeTurn(async () => {
        await client.query('BEGIN');
        try {
          const result = await work({ all });
          await client.query('COMMIT');
          return result;
        } catch (error) {
          await client.query('ROLLBACK');
          throw error;
        }
      }),
    [Symbol.asyncDispose]: async () => {
      await client.end();
    },
  };
}
