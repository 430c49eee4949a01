import { VersioningError } from '../../errors.ts';
import { migrationFailed } from './failures.ts';
import { type MigrationRun, pause, rowOf, tell } from './run.ts';
import { validate } from './validate.ts';

/** Runs a migration and notes it in one transaction. Returns how many statements were run. @throws {VersioningError} `MIGRATION_FAILED`. */
export async function runInTransaction(run: MigrationRun): Promise<number> {
  const { connection, clock, store, step } = run;
  const startMs = clock();
  let statement: number | undefined;
  try {
    await connection.begin();
    const { statements, work } = run.script;
    await work?.(connection);
    for (const [index, { text }] of statements.entries()) {
      await pause(run);
      statement = index + 1;
      await connection.query(text);
      tell(run, 'statement', statement);
    }
    statement = undefined;
    await validate(run, true);
    if (step.direction === 'up') await store.addRow(rowOf(run, 'applied', startMs));
    else await store.removeRow(step.id);
    await connection.commit();
    return statements.length;
  } catch (error) {
    // Where the connection is gone, the database takes it back by itself.
    await connection.rollback().catch(() => undefined);
    run.signal?.throwIfAborted();
    if (error instanceof VersioningError) throw error;
    throw migrationFailed(run, { cause: error, statement, isUndone: true });
  }
}
