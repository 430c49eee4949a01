import pg from 'pg';
import { postgresRecords, type RecordAdapter, sqliteRecords } from '@x/backup-store/records';
import type { HotelPlaces } from '../hotels.ts';
import { TABLES } from '../model.ts';

/** Name of the records in snapshots. */
export const RECORDS = 'records';

/** Works with a hotel's rows as records, over a connection of its own: to back them up or to put them back. */
export async function withRecords<T>(places: HotelPlaces, work: (records: RecordAdapter) => Promise<T>): Promise<T> {
  const { kind, database, schema } = places;
  const updatedAt = 'updated_at';
  if (kind === 'sqlite')
    return await work(sqliteRecords({ database, tables: TABLES.map((table) => ({ table, updatedAt })) }));
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  client.on('error', () => undefined);
  try {
    return await work(postgresRecords({ client, tables: TABLES.map((table) => ({ table, schema, updatedAt })) }));
  } finally {
    await client.end();
  }
}
