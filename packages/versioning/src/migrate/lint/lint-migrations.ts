import type { Dialect, MigrationWarning } from '../model.ts';
import { loadMigrations, type MigrationSource } from '../source/load.ts';
import { lintScript } from './lint.ts';

/**
 * Looks at migrations without a database: what destroys data, what locks tables for long, what an older version can't work with, and what has no way
 * back. A comment `-- lint: allow RULE` above a statement says that it is meant.
 *
 * @throws {VersioningError} `INVALID_MIGRATION`, `INVALID_SQL`, `READ_FAILED`, `FILE_CHANGED`.
 * @example
 * ```ts
 * import { lintMigrations } from '@x/versioning/migrate';
 *
 * for (const { id, line, rule, message } of await lintMigrations('migrations', { dialect: 'postgres' })) {
 *   console.log(`${id}:${line} ${rule}: ${message}`);
 * }
 * ```
 */
export async function lintMigrations(
  migrations: MigrationSource,
  { dialect }: { readonly dialect: Dialect },
): Promise<readonly MigrationWarning[]> {
  const loaded = await loadMigrations(migrations, dialect);
  return loaded.flatMap((migration) => lintScript(migration, 'up', dialect));
}
