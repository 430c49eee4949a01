/** A value that both databases keep. */
export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** What the hotel's statements need of a database. Parameters are `$1`, `$2`, … */
export interface Sql extends AsyncDisposable {
  /** Rows that the statement gives. */
  all(text: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Does all of the work or none of it; one piece of work after the other. */
  transaction<T>(work: (sql: Pick<Sql, 'all'>) => Promise<T>): Promise<T>;
}

/** Tables of one hotel; the same words in both dialects. */
export const SCHEMA: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, updated_at BIGINT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS rooms (id TEXT PRIMARY KEY, name TEXT NOT NULL, price_cents INTEGER NOT NULL, updated_at BIGINT NOT NULL)',
  `CREATE TABLE IF NOT EXISTS reservations (id TEXT PRIMARY KEY, room_id TEXT NOT NULL, user_id TEXT NOT NULL,
    from_day TEXT NOT NULL, to_day TEXT NOT NULL, status TEXT NOT NULL, updated_at BIGINT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS reservations_of_room ON reservations (room_id, from_day)',
  'CREATE TABLE IF NOT EXISTS settings (id TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL)',
];
