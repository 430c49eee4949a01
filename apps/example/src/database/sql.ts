/** A value that both databases keep. */
export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** What the hotel's statements need of a database. Parameters are `$1`, `$2`, … */
export interface Sql extends AsyncDisposable {
  /** Rows that the statement gives. */
  all(text: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Does all of the work or none of it; one piece of work after the other. */
  transaction<T>(work: (sql: Pick<Sql, 'all'>) => Promise<T>): Promise<T>;
  /** Lets this work be done while nothing else of this hotel is: statements wait until it has ended. */
  atRest<T>(work: () => Promise<T>): Promise<T>;
  /** Deletes all tables, where they do not go with the hotel's folder. */
  drop(): Promise<void>;
}
