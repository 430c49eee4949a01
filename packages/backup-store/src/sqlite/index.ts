export type {
  DataDiffOptions,
  DataDifference,
  DumpDiffOptions,
  FoundRows,
  SchemaDifference,
} from '../comparison/contract.ts';
export type { SqliteCheck, SqliteFacts } from './ask-sqlite.ts';
export { diffSqlite } from './diff-sqlite.ts';
export type { DiffSqliteOptions } from './diff-sqlite.ts';
export { recoverSqliteRestore, restoreSqlite } from './restore-sqlite.ts';
export type {
  RecoveredState,
  RestoreSqliteOptions,
  RestoreSqliteResult,
  SqliteRestoreEvent,
  SqliteRestoreHooks,
} from './restore-options.ts';
export { scratchSqlite } from './scratch-sqlite.ts';
export { sqliteSource } from './sqlite-source.ts';
export type { SqliteSourceOptions } from './sqlite-source.ts';
export { restoreSqliteTables } from './restore-tables.ts';
export type { RestoreSqliteTablesOptions, RestoreSqliteTablesResult } from './restore-tables.ts';
export { intoSqliteTables, sqliteTablesPlace } from './into-tables.ts';
export type { IntoSqliteTablesOptions, SqliteTablesPlaceOptions } from './into-tables.ts';
