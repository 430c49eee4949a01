import type { Dialect } from '../model.ts';
import type { SqlWord } from '../sql/statements.ts';

const textOf = (words: readonly SqlWord[], count: number): string =>
  words
    .slice(0, count)
    .map(({ kind, text }) => (kind === 'word' || kind === 'symbol' ? text : kind))
    .join(' ');

/** Whether a statement begins or ends a transaction, which only the migrator may. */
export function isControl(words: readonly SqlWord[]): boolean {
  const start = textOf(words, 2);
  // BEGIN NOT ATOMIC is a block of MariaDB.
  if (/^BEGIN\b/.test(start)) return start !== 'BEGIN NOT';
  return /^(?:COMMIT|ROLLBACK|END|ABORT|START TRANSACTION|PREPARE TRANSACTION|SAVEPOINT|RELEASE|XA)\b/.test(start);
}

/**
 * What PostgreSQL runs in no transaction: see PreventInTransactionBlock in its sources, and the page of each command.
 */
const POSTGRES_ALONE =
  /^(?:VACUUM|ALTER SYSTEM|(?:CREATE|DROP|ALTER) (?:DATABASE|TABLESPACE|SUBSCRIPTION)|CLUSTER$|REINDEX (?:\( .*)?(?:DATABASE|SYSTEM)|DISCARD ALL)\b/;
/** And these with a word further on. */
const POSTGRES_CONCURRENT = /^(?:CREATE (?:UNIQUE )?INDEX|DROP INDEX|REINDEX|ALTER TABLE|REFRESH MATERIALIZED)\b/;
/** `PRAGMA foreign_keys` is not among them: it does nothing here, since keys are checked at the end anyway. */
const SQLITE_ALONE = /^(?:VACUUM|ATTACH|DETACH|PRAGMA (?:\w+ \. )?(?:JOURNAL_MODE|SYNCHRONOUS))\b/;
/** Other statements of MySQL and MariaDB end the transaction that they are in (its manual, "Statements That Cause an Implicit Commit"). */
const MYSQL_TOGETHER = /^(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|SET(?! PASSWORD)|DO|\()(?: |$)/;

/** Whether a statement can't be part of a transaction. */
export function standsAlone(dialect: Dialect, words: readonly SqlWord[]): boolean {
  const start = textOf(words, 6);
  if (dialect === 'sqlite') return SQLITE_ALONE.test(start);
  if (dialect === 'mysql') return !MYSQL_TOGETHER.test(start);
  if (POSTGRES_ALONE.test(start)) return true;
  const isConcurrent = words.some(({ kind, text }) => kind === 'word' && text === 'CONCURRENTLY');
  return isConcurrent && POSTGRES_CONCURRENT.test(start) && !start.startsWith('REFRESH');
}

/** Whether a statement of a migration without a transaction is run without one of its own, too. */
export function runsOutside(dialect: Dialect, words: readonly SqlWord[]): boolean {
  return standsAlone(dialect, words) || (dialect === 'sqlite' && words[0]?.text === 'PRAGMA');
}

/** Whether a statement makes, changes or drops a thing. Of a call of a procedure, "it is there already" does not say that all of it was done. */
export function isDefinition(words: readonly SqlWord[]): boolean {
  return /^(?:CREATE|ALTER|DROP|RENAME)\b/.test(textOf(words, 1));
}

/** Whether a statement sets something for its connection, and changes nothing that stays. */
export function isSetting(words: readonly SqlWord[]): boolean {
  return /^(?:SET|RESET|USE|PRAGMA)\b/.test(textOf(words, 1));
}
