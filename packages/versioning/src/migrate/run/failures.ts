import { VersioningError } from '../../errors.ts';
import { reasonOf } from '../drivers/database-failure.ts';
import type { MigrationRun } from './run.ts';

/** How a migration failed. */
interface Failure {
  readonly cause: unknown;
  /** From 1 on; none where a module failed, or the end of the transaction. */
  readonly statement?: number | undefined;
  /** Whether all of it was taken back. */
  readonly isUndone: boolean;
}

/** What the database, or a module, had against a migration. */
export function migrationFailed({ step, script }: MigrationRun, failure: Failure): VersioningError {
  const { cause, statement, isUndone } = failure;
  const line = statement === undefined ? undefined : script.statements[statement - 1]?.line;
  const where = statement === undefined ? '' : ` at statement ${statement} of ${step.statements.length} (line ${line})`;
  const message = `Expected ${step.id} to be run ${step.direction}, got ${reasonOf(cause)}${where}`;
  const again =
    step.direction === 'up'
      ? 'Correct it and run it again.'
      : `Correct it, accept the new text (\`holdfast migrate repair ${step.id}\`), and run it again.`;
  const hint = isUndone
    ? `All of it was taken back. ${again}`
    : `What was finished stays. Correct what is left of it; \`${step.direction}\` goes on with the statement that failed.`;
  return new VersioningError('MIGRATION_FAILED', message, { cause, hint, place: { file: step.id, line } });
}

/** What was asked after a migration, and not true. */
interface Untruth {
  /** The query, or the name of the function. */
  readonly asked: string;
  readonly isUndone: boolean;
  /** What a function has thrown. */
  readonly cause?: unknown;
}

/** A query of the header, or a function of a module, that is not true. */
export function notValid({ step }: MigrationRun, { asked, isUndone, cause }: Untruth): VersioningError {
  const got = cause === undefined ? 'something else' : reasonOf(cause);
  const message = `Expected what ${step.id} says of itself to be true afterwards, got ${got} of: ${asked}`;
  const hint = isUndone
    ? 'All of it was taken back. Correct the migration, the data or what is asked.'
    : `It was run, and is told to be interrupted. Put the data right, or correct what is asked, and run \`${step.direction}\` again.`;
  return new VersioningError('MIGRATION_FAILED', message, { cause, hint, place: { file: step.id } });
}
