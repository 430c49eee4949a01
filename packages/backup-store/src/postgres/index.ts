export type { PostgresConnection } from './connection.ts';
export type { DatabaseChoice } from './databases.ts';
export type { DumpOptions } from './dump-options.ts';
export { postgresSource } from './postgres-source.ts';
export type { PostgresSourceOptions } from './postgres-source.ts';
export type { PostgresPrograms } from './programs.ts';
export { scratchPostgres } from './scratch-postgres.ts';
export { restorePostgres } from './restore-postgres.ts';
export type { RestorePostgresOptions, RestorePostgresResult } from './restore-postgres.ts';
