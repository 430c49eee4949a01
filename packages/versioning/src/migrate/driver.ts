import type { Dialect } from './model.ts';

/** A row of a result by the names of its columns. */
export type DatabaseRow = Readonly<Record<string, unknown>>;

/** What a value in a query may be. */
export type DatabaseValue = string | number | bigint | boolean | null | Uint8Array;

/** What a migration that is a module works with. */
export interface MigrationDatabase {
  readonly dialect: Dialect;
  /** Runs one statement. Values take the place of `?`, in PostgreSQL of `$1`, `$2`. */
  query(sql: string, values?: readonly DatabaseValue[]): Promise<readonly DatabaseRow[]>;
}

/** One connection to a database. What is set on it ends with it. */
export interface DatabaseConnection extends MigrationDatabase {
  /**
   * Tries to take something that one connection of all can have, and never waits for it. It ends with the connection, and so with its process.
   */
  tryHold(what: Hold): Promise<boolean>;
  /** Begins a transaction. */
  begin(): Promise<void>;
  /** @throws {Error} what the database has against it; the transaction is open, then. */
  commit(): Promise<void>;
  /** Takes back what was done since `begin`. */
  rollback(): Promise<void>;
  /** Never throws. */
  close(): Promise<void>;
}

/** `run`: held by whoever runs migrations. `work`: by the connection that runs one, which a server may go on with when its client is gone. */
export type Hold = 'run' | 'work';

/** A database to migrate, of whatever make. Most users take one of ours and never look inside. */
export interface MigrationDriver {
  readonly dialect: Dialect;
  /** Where it is, for people, without its password. */
  readonly place: string;
  /**
   * @param use `read` changes nothing, not even by making a file.
   * @throws {VersioningError} `DATABASE_UNREACHABLE`, `DATABASE_REFUSED`, `DRIVER_MISSING`.
   */
  connect(use: 'read' | 'work'): Promise<DatabaseConnection>;
  /** Takes away what a statement has left that is run again, where that is of no use and would count as its success. */
  clear?(connection: DatabaseConnection, sql: string): Promise<void>;
  /** Finds out what to make of a statement that failed when it was run again. None: the failure is what it is. */
  settle?(connection: DatabaseConnection, failure: RepeatedFailure): Promise<'done' | 'again' | undefined>;
  /**
   * Makes an empty database beside it, to try migrations on. Nothing in the one of the driver is read or changed.
   *
   * @throws {VersioningError} `SCRATCH_REFUSED` where that may not be done; as `connect`.
   */
  scratch(): Promise<ScratchDatabase>;
  /**
   * Describes the schema of a connection, but for tables of the migrator: a line for each thing, by name and not by position.
   */
  describe(connection: DatabaseConnection): Promise<readonly string[]>;
}

/** A statement outside a transaction that failed, and had been tried before. */
export interface RepeatedFailure {
  readonly sql: string;
  readonly error: unknown;
  /** Whether nobody saw how it ended then. Otherwise it had failed. */
  readonly wasInterrupted: boolean;
}

/** An empty database that ends with its use. */
export interface ScratchDatabase {
  readonly driver: MigrationDriver;
  /** Drops it. */
  drop(): Promise<void>;
}
