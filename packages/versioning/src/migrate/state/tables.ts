import type { Dialect } from '../model.ts';

/** What is applied. */
export const MIGRATIONS = 'holdfast_migrations';
/** What migrations without a transaction have come to. */
export const JOURNAL = 'holdfast_migration_journal';

/** The column of what leads back, which older tables lack. */
export const BACK_CHECKSUM = 'back_checksum';

/** Whether a table is one of the migrator. */
export function isOwnTable(name: string): boolean {
  return name === MIGRATIONS || name === JOURNAL;
}

/** Case and trailing blanks count in ids, whatever the server's default says. */
const TAIL: Readonly<Record<Dialect, string>> = {
  sqlite: '',
  postgres: '',
  mysql: ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
};

/**
 * The statements that make the tables, in SQL that all three understand. Moments are texts in ISO 8601, UTC: the same everywhere, and nobody converts them.
 *
 * @param prefix The schema that they are in, quoted and with a dot.
 */
export function tableStatements(dialect: Dialect, prefix: string): string[] {
  const tail = TAIL[dialect];
  return [
    `CREATE TABLE IF NOT EXISTS ${prefix}${MIGRATIONS} (
  id varchar(255) NOT NULL PRIMARY KEY,
  place bigint NOT NULL,
  checksum varchar(71) NOT NULL,
  kind varchar(16) NOT NULL,
  description varchar(500) NOT NULL,
  state varchar(16) NOT NULL,
  applied_at varchar(24) NOT NULL,
  applied_by varchar(255) NOT NULL,
  ms bigint NOT NULL,
  ${BACK_CHECKSUM} varchar(71)
)${tail}`,
    `CREATE TABLE IF NOT EXISTS ${prefix}${JOURNAL} (
  id varchar(255) NOT NULL,
  direction varchar(4) NOT NULL,
  statement bigint NOT NULL,
  checksum varchar(71) NOT NULL,
  state varchar(8) NOT NULL,
  noted_at varchar(24) NOT NULL,
  PRIMARY KEY (id, direction, statement)
)${tail}`,
  ];
}

/** Adds the column to a table that an older version has made. Its rows say nothing of their ways back. */
export function backChecksumStatement(prefix: string): string {
  return `ALTER TABLE ${prefix}${MIGRATIONS} ADD COLUMN ${BACK_CHECKSUM} varchar(71)`;
}
