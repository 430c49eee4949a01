import { VersioningError } from '../../errors.ts';
import { shapeOf } from '../lint/shape.ts';
import type { Dialect } from '../model.ts';
import type { RunnableMigration } from '../source/script.ts';
import type { SqlStatement } from '../sql/statements.ts';

/** What belongs to the whole server and not to one database. */
const BEYOND: Readonly<Record<Dialect, RegExp>> = {
  sqlite: /^(?:ATTACH|VACUUM INTO|VACUUM .* INTO)\b/,
  postgres:
    /^(?:(?:CREATE|ALTER|DROP) (?:ROLE|USER|GROUP|DATABASE|TABLESPACE|SYSTEM|SUBSCRIPTION|SERVER)|ALTER SYSTEM|REASSIGN OWNED|DROP OWNED|(?:GRANT|REVOKE|COMMENT) (?:.* )?ON (?:DATABASE|ROLE|TABLESPACE)|COPY)(?: |$)|^(?:GRANT|REVOKE) (?!.* ON )/,
  mysql:
    /^(?:USE|GRANT|REVOKE|SET (?:GLOBAL|PERSIST|PASSWORD|@ @ GLOBAL)|(?:CREATE|ALTER|DROP|RENAME) (?:OR REPLACE )?(?:USER|ROLE|DATABASE|SCHEMA|SERVER)|FLUSH|RESET|PURGE|INSTALL|UNINSTALL|LOAD|SHUTDOWN|KILL|CHANGE|PREPARE|EXECUTE)\b/,
};

/** What blocks of PostgreSQL that are run at once may have in their text. */
const BEYOND_IN_BLOCK = /\b(?:create|alter|drop)\s+(?:role|user|group|database|tablespace|system)\b|\bdblink/i;

function reachesBeyond(statement: SqlStatement, dialect: Dialect): boolean {
  const isBlock = dialect === 'postgres' && statement.words[0]?.text === 'DO';
  return BEYOND[dialect].test(shapeOf(statement)) || (isBlock && BEYOND_IN_BLOCK.test(statement.text));
}

/**
 * Refuses what would not stay in a database that is made for a trial.
 *
 * @param others Names of the other databases of a server whose statements may reach them.
 * @throws {VersioningError} `SCRATCH_REFUSED`.
 */
export function refuseReachingBeyond(
  migrations: readonly RunnableMigration[],
  dialect: Dialect,
  others: ReadonlySet<string>,
): void {
  for (const { id, forward, backward } of migrations) {
    for (const statement of [...forward.statements, ...(backward?.statements ?? [])]) {
      const beyond = reachesBeyond(statement, dialect)
        ? 'what belongs to the whole server'
        : otherDatabase(statement, others);
      if (beyond === undefined) continue;
      throw new VersioningError(
        'SCRATCH_REFUSED',
        `Expected migrations that stay in their database, got ${beyond} in ${id}:${statement.line}`,
        { hint: 'It can not be tried out without touching more than a trial may: try it on a server of its own.' },
      );
    }
  }
}

/** A name before a dot that is one of a database: it may be a table too, but nobody can tell. */
function otherDatabase({ words }: SqlStatement, others: ReadonlySet<string>): string | undefined {
  const found = words.find(({ kind, text }, index) => {
    const isName = kind === 'word' || kind === 'name';
    return isName && words[index + 1]?.text === '.' && others.has(text.toLowerCase());
  });
  return found === undefined ? undefined : `the database ${found.text.toLowerCase()}`;
}
