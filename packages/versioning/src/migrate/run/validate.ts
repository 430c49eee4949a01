import { reasonOf } from '../drivers/database-failure.ts';
import { VersioningError } from '../../errors.ts';
import type { Validation } from '../source/script.ts';
import { notValid } from './failures.ts';
import type { MigrationRun } from './run.ts';

/** What databases, and functions, give for what is not true. */
const FALSE: ReadonlySet<unknown> = new Set([null, undefined, false, 0, 0n, '', '0', 'f', 'false']);

/** Asks what has to be true after a migration. @throws {VersioningError} `MIGRATION_FAILED`. */
export async function validate(run: MigrationRun, isUndone: boolean): Promise<void> {
  for (const validation of run.script.validations) {
    if (typeof validation === 'string') await askQuery(run, validation, isUndone);
    else await askFunction(run, validation, isUndone);
  }
}

async function askQuery(run: MigrationRun, query: string, isUndone: boolean): Promise<void> {
  const [row] = await run.connection.query(query).catch((cause: unknown) => {
    const message = `Expected a query that can be asked after ${run.step.id}, got ${reasonOf(cause)} for: ${query}`;
    const hint = 'Correct the line -- validate: … of its header.';
    throw new VersioningError('MIGRATION_FAILED', message, { cause, hint, place: { file: run.step.id } });
  });
  if (row === undefined || FALSE.has(Object.values(row)[0])) throw notValid(run, { asked: query, isUndone });
}

/** One that throws says by that what is not as it should be. */
async function askFunction(run: MigrationRun, check: Exclude<Validation, string>, isUndone: boolean): Promise<void> {
  const asked = `${check.name === '' ? 'validate' : check.name}()`;
  let answer: unknown;
  try {
    answer = await check(run.connection);
  } catch (cause) {
    throw notValid(run, { asked, isUndone, cause });
  }
  if (FALSE.has(answer)) throw notValid(run, { asked, isUndone });
}
