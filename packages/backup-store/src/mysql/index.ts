export type { DatabaseState } from '../databases/state.ts';
export type { MysqlConnection, MysqlTlsMode } from './connection.ts';
export type { MysqlDumpOptions } from './dump-options.ts';
export { inspectMysql } from './inspect-mysql.ts';
export { mysqlSource } from './mysql-source.ts';
export type { MysqlSourceOptions } from './mysql-source.ts';
export type { MysqlPrograms } from './programs.ts';
export { restoreMysql } from './restore-mysql.ts';
export type { RestoreMysqlOptions, RestoreMysqlResult } from './restore-mysql.ts';
