import type { MigrationPlan, MigrationsVerified, MigrationStatus, MigrationWarning } from '@x/versioning/migrate';
import { formatNumberOf } from './bytes.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

/** What is applied and what is not, as a table. */
export function migrationStatusLines(migrations: readonly MigrationStatus[]): readonly string[] {
  if (migrations.length === 0) return ['There are no migrations.'];
  const columns = ['MIGRATION', 'KIND', 'STATE', 'APPLIED', 'BY', 'BACK'].map((title) => ({ title }));
  return tableLines(
    columns,
    migrations.map(({ id, kind, state, edited, appliedAt, by, isReversible }) => [
      displayText(id),
      kind,
      state,
      appliedAt === undefined ? '' : formatTime(appliedAt),
      displayText(by ?? ''),
      isReversible ? (edited?.includes('down') === true ? 'edited' : 'yes') : 'no',
    ]),
  );
}

/** What lint has to say, a line each. */
export function migrationWarningLines(warnings: readonly MigrationWarning[]): readonly string[] {
  return warnings.map(({ id, direction, line, rule, message }) =>
    displayText(`${id}${direction === 'down' ? '.down' : ''}:${line} ${rule}: ${message}`),
  );
}

/** What would be run, with each statement on a line. */
export function migrationPlanLines({ direction, steps, backup }: MigrationPlan): readonly string[] {
  const lines = steps.flatMap(({ id, kind, description, statements, isTransactional }) => [
    displayText(`${direction} ${id} (${kind}): ${description}${isTransactional ? '' : '; without a transaction'}`),
    ...(statements.length === 0 ? ['  a module'] : statements.map((text) => `  ${displayText(shortened(text))}`)),
  ]);
  const end = steps.length === 0 ? 'Nothing to run.' : `${formatNumberOf(steps.length, 'migration')} would be run.`;
  return [...lines, ...(backup === undefined ? [] : [displayText(`backup ${backup}`)]), end];
}

const WIDEST = 100;

function shortened(text: string): string {
  // The header of a migration stands above its first statement.
  const line = text
    .replace(/^(?:\s*--[^\n]*\n)+/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line;
}

const SAID: Readonly<Record<MigrationsVerified['migrations'][number]['outcome'], string>> = {
  same: 'the same schema again',
  different: 'another schema the second time',
  leftover: 'the way back leaves something',
  irreversible: 'no way back to try',
};

/** How each migration behaved when it was tried. */
export function migrationsVerifiedLines({ isSame, migrations }: MigrationsVerified): readonly string[] {
  const lines = migrations.flatMap(({ id, outcome, differences }) => [
    displayText(`${id}: ${SAID[outcome]}`),
    ...differences.map((line) => `  ${displayText(line)}`),
  ]);
  return [
    ...lines,
    isSame ? 'up, down and up again gives the same schema.' : 'up, down and up again gives another schema.',
  ];
}
