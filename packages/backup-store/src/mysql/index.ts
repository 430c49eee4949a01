export type { DatabaseChoice } from '../databases/choice.ts';
export type { DatabaseState } from '../databases/state.ts';
export type {
  DataDiffOptions,
  DataDifference,
  DumpDiffOptions,
  FoundRows,
  SchemaDifference,
} from '../comparison/contract.ts';
export type { MysqlConnection, MysqlTlsMode } from './connection.ts';
export { diffMysql } from './diff-mysql.ts';
export type { DiffMysqlOptions } from './diff-mysql.ts';
export type { MysqlDumpOptions } from './dump-options.ts';
export { intoMysql } from './into-mysql.ts';
export type { IntoMysqlOptions } from './into-mysql.ts';
export { mysqlPlace } from './mysql-place.ts';
export type { MysqlPlaceOptions } from './mysql-place.ts';
export { inspectMysql } from './inspect-mysql.ts';
export { mysqlSource } from './mysql-source.ts';
export type { MysqlSourceOptions } from './mysql-source.ts';
export type { MysqlPrograms } from './programs.ts';
export { restoreMysql } from './restore-mysql.ts';
export type { RestoreMysqlOptions, RestoreMysqlResult } from './restore-mysql.ts';
export { scratchMysql } from './scratch-mysql.ts';
