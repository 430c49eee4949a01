/**
 * What a migration does to a schema that an older version still works with. `expand` only adds: both versions work with what it leaves.
 * `data` fills or rewrites rows. `contract` takes away what only the older version needed: after it, there is no way back to that.
 */
export type MigrationKind = 'expand' | 'data' | 'contract';

/** A step from one schema to another, in one direction. Plain data: a release carries it, a migrator runs it. */
export interface Migration {
  /** The name of its file before `.up.sql`, `.down.sql` or `.sql`. It is the same in both directions: `0007_add_slots`. */
  readonly id: string;
  /** What the step forward is; the step back has the same. */
  readonly kind: MigrationKind;
  readonly description: string;
  /**
   * The whole text with its comments, without a byte order mark, and with lines that end with `\n` whatever the checkout made of
   * them: the same bytes in UTF-8, and so the same checksum, on every system.
   */
  readonly sql: string;
}

/** The migrations of a release. */
export interface Migrations {
  /** By number, the lowest first: the order in which they are run. */
  readonly forward: readonly Migration[];
  /** What undoes them, by number, the highest first. One that can't be undone is missing here. */
  readonly backward: readonly Migration[];
}

/** A file of a folder with migrations. */
export interface MigrationFile {
  /** Without a folder: `0007_add_slots.up.sql`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}
