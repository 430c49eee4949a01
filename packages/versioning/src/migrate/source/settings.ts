import { shown } from '../../errors.ts';
import { invalidMigration } from '../../migrations/files/invalid-migration.ts';

/** What the header of a migration says to the migrator. */
export interface MigrationSettings {
  readonly isTransactional: boolean;
  readonly validations: readonly string[];
}

const FIELD = /^--[ \t]*(?<name>transaction|validate)[ \t]*:(?<value>.*)$/i;

/**
 * Reads `-- transaction: none` and `-- validate: select …` among the comments above the first statement.
 *
 * @throws {VersioningError} `INVALID_MIGRATION`.
 */
export function readSettings(file: string, sql: string): MigrationSettings {
  let isTransactional = true;
  const validations: string[] = [];
  for (const [index, whole] of sql.split('\n').entries()) {
    const text = whole.trim();
    if (text !== '' && !text.startsWith('--')) break;
    const { name, value = '' } = FIELD.exec(text)?.groups ?? {};
    if (name === undefined) continue;
    const place = { file, line: index + 1 };
    const given = value.trim().replace(/;$/, '');
    if (name.toLowerCase() === 'validate') {
      if (given === '')
        throw invalidMigration('a query', { got: 'nothing', hint: 'Write one after -- validate:' }, place);
      validations.push(given);
      continue;
    }
    if (given.toLowerCase() !== 'none') {
      const hint = 'Without the line, it is one transaction where the database allows it.';
      throw invalidMigration('transaction: none', { got: shown(given), hint }, place);
    }
    isTransactional = false;
  }
  return { isTransactional, validations };
}
