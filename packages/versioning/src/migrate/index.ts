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
} from './model.ts';
