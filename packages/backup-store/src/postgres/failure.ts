import { BackupError, type BackupErrorCode, isBackupError } from '../errors.ts';

/** What programs of PostgreSQL say in English; the first that fits counts, since later ones are also part of earlier messages. */
const SAID: readonly (readonly [RegExp, BackupErrorCode, string])[] = [
  [
    /server version mismatch/,
    'VERSION_MISMATCH',
    'Use programs that are as new as the server, or newer: name their folder as binDirectory.',
  ],
  [
    /No space left on device|Disk quota exceeded/i,
    'DATABASE_FULL',
    'Nothing was changed. Make room where the server keeps its data.',
  ],
  [
    /password authentication failed|no password supplied|no pg_hba\.conf entry|permission denied|role ".*" (does not exist|is not permitted)|must be (superuser|owner)/i,
    'DATABASE_REFUSED',
    'Check user, password and rights. To dump, a role needs SELECT on all that is dumped: GRANT pg_read_all_data TO it.',
  ],
  [
    /(?<!column .*)(database|relation|schema|table) ".*" does not exist|no matching (tables|schemas|extensions) were found/,
    'DATABASE_NOT_FOUND',
    'Check the names. What was dropped while it was dumped is gone: the next run dumps what is there.',
  ],
  [
    /cannot drop .* because other objects depend on it|insert or update on table ".*" violates foreign key constraint/,
    'TABLE_IN_USE',
    'Nothing was changed. Look at what depends on it, above: restore that too, or restore to another database.',
  ],
  [
    /".*" already exists/,
    'ALREADY_EXISTS',
    'Nothing was changed. Restore to a new database with create, or replace what is there with clean.',
  ],
  [
    /connection to server .* failed|could not connect|server closed the connection|terminating connection|could not translate host name|connection to server was lost|SSL SYSCALL error|no connection to the server|remaining connection slots|the database system is/i,
    'DATABASE_UNREACHABLE',
    'Check that the server runs and can be reached from where the programs run. The next run begins anew.',
  ],
];

/** An error with the code of what PostgreSQL has said, if that is known; otherwise the same one. */
export function postgresFailure(error: unknown): unknown {
  if (!isBackupError(error, 'COMMAND_FAILED')) return error;
  const said = [error.message, ...(error.details ?? [])].join('\n');
  const [, code, hint] = SAID.find(([words]) => words.test(said)) ?? [];
  if (code === undefined) return error;
  return new BackupError(code, error.message, { cause: error, details: error.details, hint });
}

/** The same stream; what it throws gets the code of what PostgreSQL has said. */
export async function* withPostgresFailures<T>(stream: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw postgresFailure(error);
  }
}
