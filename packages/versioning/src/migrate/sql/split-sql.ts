import type { Dialect } from '../model.ts';
import { readStatements } from './statements.ts';

/**
 * Takes a script apart into its statements, as the client of the database would: what is quoted or commented is never split, and neither
 * are bodies of triggers, procedures and functions.
 *
 * Each statement keeps its comments, and loses blanks around it and what ended it. Statements of comments alone are left out. In MySQL and
 * MariaDB, `DELIMITER` is obeyed; the modes `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES` are not, and in PostgreSQL
 * `standard_conforming_strings` has to be on, as it is by default.
 *
 * @throws {VersioningError} `INVALID_SQL`, with the line, for a quote or comment that never ends, `COPY … FROM STDIN`, and commands of
 * clients such as `\i` and `.read`.
 * @example
 * ```ts
 * import { splitSql } from '@x/versioning/migrate';
 *
 * const script = 'create function one() returns int as $$ select 1; $$ language sql; select one();';
 * console.log(splitSql(script, { dialect: 'postgres' }).length); // 2
 * ```
 */
export function splitSql(text: string, { dialect }: { readonly dialect: Dialect }): string[] {
  return readStatements(text, dialect).map((statement) => statement.text);
}
