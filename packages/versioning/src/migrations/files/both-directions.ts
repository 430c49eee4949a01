import { shown } from '../../errors.ts';
import { invalidMigration } from './invalid-migration.ts';

/**
 * The comments below which other tools undo what stands above them: dbmate, goose and sql-migrate, node-pg-migrate, and tern in
 * this order. Run forward as a whole, such a file would undo what it has just done.
 */
const UNDOING = [
  /^--\s*migrate:down\b/i,
  /^--\s*\+(?:goose|migrate)\s+down\b/i,
  /^--[\s-]*down\s+migration$/i,
  /^----\s*create above \/ drop below\s*----$/i,
];

/** @throws {VersioningError} `INVALID_MIGRATION` when a migration forward has its own undoing in it. */
export function refuseBothDirections(file: string, sql: string): void {
  for (const [index, whole] of sql.split('\n').entries()) {
    const text = whole.trim();
    if (!text.startsWith('--') || !UNDOING.some((pattern) => pattern.test(text))) continue;
    const hint = 'Move what is below to a file that ends with .down.sql, and end the name of this one with .up.sql.';
    throw invalidMigration('one direction', { got: shown(text), hint }, { file, line: index + 1 });
  }
}
