export type { DatabaseState } from '../databases/state.ts';
export type {
  DataDiffOptions,
  DataDifference,
  DumpDiffOptions,
  FoundRows,
  SchemaDifference,
} from '../comparison/contract.ts';
export type { PostgresConnection } from './connection.ts';
export type { DatabaseChoice } from '../databases/choice.ts';
export { diffPostgres } from './diff-postgres.ts';
export type { DiffPostgresOptions } from './diff-postgres.ts';
export type { DumpOptions } from './dump-options.ts';
export { intoPostgres } from './into-postgres.ts';
export type { IntoPostgresOptions } from './into-postgres.ts';
export { intoPostgresTables } from './into-tables.ts';
export type { IntoPostgresTablesOptions } from './into-tables.ts';
export { postgresPlace } from './postgres-place.ts';
export type { PostgresPlaceOptions } from './postgres-place.ts';
export { inspectPostgres } from './inspect-postgres.ts';
export { postgresSource } from './postgres-source.ts';
export type { PostgresSourceOptions } from './postgres-source.ts';
export type { PostgresPrograms } from './programs.ts';
export { psqlClient } from './psql-client.ts';
export type { PsqlClient, PsqlClientOptions } from './psql-client.ts';
export { scratchPostgres } from './scratch-postgres.ts';
export { restorePostgres } from './restore-postgres.ts';
export type { RestorePostgresOptions, RestorePostgresResult } from './restore-postgres.ts';
export { restorePostgresTables } from './restore-tables.ts';
export type { RestorePostgresTablesOptions, RestorePostgresTablesResult } from './restore-tables.ts';
