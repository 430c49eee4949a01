export type {
  DatabaseConnection,
  DatabaseRow,
  DatabaseValue,
  Hold,
  MigrationDatabase,
  MigrationDriver,
  RepeatedFailure,
  ScratchDatabase,
} from './driver.ts';
export { createMigrator, type DatabaseMigrator, type MigratorOptions } from './create-migrator.ts';
export { mysqlDriver, type MysqlDriverOptions } from './drivers/mysql.ts';
export { postgresDriver, type PostgresDriverOptions } from './drivers/postgres.ts';
export { sqliteDriver, type SqliteDriverOptions } from './drivers/sqlite.ts';
export { lintMigrations } from './lint/lint-migrations.ts';
export type { LintRule } from './lint/rules.ts';
export type {
  AppliedMigration,
  Dialect,
  Direction,
  MigrateOptions,
  MigrationPlan,
  MigrationStatus,
  MigrationStep,
  MigrationWarning,
  Migrator,
  MigratorEvent,
  NamedBackup,
  Repaired,
} from './model.ts';
export type { MigrationSource } from './source/load.ts';
export { splitSql } from './sql/split-sql.ts';
export type { RepairOptions } from './run/repair.ts';
export type { MigrationsVerified, VerifiedMigration } from './verify/verify-migrations.ts';
