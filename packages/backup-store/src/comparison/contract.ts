import type { Repository } from '../repository/contract.ts';
/** One part of how a table is made that is not the same on both sides. */
export interface SchemaDifference {
  /** What it is: `column price`, `primary key`, `index by_guest`, `definition`. */
  readonly part: string;
  /** As the snapshot has it; absent: it has none. */
  readonly before?: string | undefined;
  /** As it is live; absent: it is not there. */
  readonly after?: string | undefined;
}

/** Rows that differ in one way. */
export interface FoundRows {
  readonly count: number;
  /** Ids of the first ones: the text of the primary key, or a JSON list of the texts of its columns. */
  readonly ids: readonly string[];
}

/** How a table or a module of records differs between a snapshot and what is live. */
export interface DataDifference {
  /** Of the dump or the source in the snapshot: `postgres/shop.sql`. */
  readonly path: string;
  /** Of the table, view or module: `public.rooms`, `rooms`. */
  readonly name: string;
  /** `added`: it is live only. `removed`: it is in the snapshot only. `changed`: its schema or its rows differ. */
  readonly change: 'same' | 'added' | 'removed' | 'changed';
  readonly schema: readonly SchemaDifference[];
  /**
   * How rows were compared. `key`: one by one, by primary key or id. `digest`: all of them as a whole, by their number and a digest
   * of their contents, since nothing names a row. `none`: they were not, as with a view or where one side has none.
   */
  readonly compared: 'key' | 'digest' | 'none';
  /** Rows in the snapshot; absent where they were not counted. */
  readonly before?: number | undefined;
  /** Rows that are live. */
  readonly after?: number | undefined;
  /** With `key`: rows that are live only. */
  readonly added?: FoundRows | undefined;
  readonly changed?: FoundRows | undefined;
  /** With `key`: rows that are in the snapshot only. */
  readonly removed?: FoundRows | undefined;
}

/** Which data are compared, and how much is told of it. */
export interface DataDiffOptions {
  /** Only these tables or modules: names, or patterns with `*` and `?`, with or without their schema. Default: all. */
  readonly tables?: readonly string[] | undefined;
  /** Ids that are told of each kind of difference of a table; all are counted. Default 20. */
  readonly maxIds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which dump of a snapshot is compared. */
export interface DumpDiffOptions extends DataDiffOptions {
  readonly repository: Pick<Repository, 'read' | 'snapshot'>;
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** Whose. A snapshot of another one is not found. */
  readonly tenant?: string | undefined;
  /** Path of the dump or database in the snapshot, such as `postgres/shop.sql`. */
  readonly path: string;
}

/** A table or view, as a comparison looks at it. */
export interface ViewedTable {
  readonly name: string;
  /** `false`: a view, or what has its rows in other tables. */
  readonly hasRows: boolean;
  readonly columns: readonly string[];
  /** Columns of the primary key; none: nothing names a row. */
  readonly key: readonly string[];
  /** What it is made of, by part. */
  readonly parts: ReadonlyMap<string, string>;
}

/** A row, as a comparison looks at it. */
export interface ViewedRow {
  /** UTF-8 of each column of the key. */
  readonly key: readonly Buffer[];
  /** The same for the same values, whichever side it is of. */
  readonly content: Buffer;
}

/** Which rows are read. */
export interface RowsWanted {
  /** In this order. */
  readonly columns: readonly string[];
  /** Rows come in the order of the bytes of these; none: in any order. */
  readonly key: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** A database, as a comparison looks at it. */
export interface DatabaseView {
  tables(signal?: AbortSignal): Promise<readonly ViewedTable[]>;
  count(table: ViewedTable, signal?: AbortSignal): Promise<number>;
  rows(table: ViewedTable, wanted: RowsWanted): AsyncIterable<ViewedRow>;
}
