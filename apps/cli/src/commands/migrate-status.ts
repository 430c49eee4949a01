import { MIGRATE_OPTIONS, openMigrator } from '../compose/migrations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { migrationStatusLines } from '../render/migrate.ts';

async function run(context: Context): Promise<ExitCode> {
  const { migrator, database } = await openMigrator(context);
  const migrations = await context.timed('read the status', () => migrator.status({ signal: context.signal }));
  const pending = migrations.filter(({ state }) => state === 'pending').length;
  const troubled = migrations.filter(({ state }) => state !== 'pending' && state !== 'applied').length;
  if (context.json) await emitObject(context.output, 'MigrationStatus', { database, pending, troubled, migrations });
  else await context.output.write(`${migrationStatusLines(migrations).join('\n')}\n`);
  return troubled === 0 ? EXIT.ok : EXIT.partial;
}

/** `holdfast migrate status`. */
export const migrateStatus: CommandDefinition = {
  path: ['migrate', 'status'],
  action: 'migrate.read',
  summary: 'Show which migrations are applied to a database',
  description:
    'Nothing is changed, and nothing is made. Exits with 3 when a migration or its way back was edited after it was applied, is missing, was interrupted, or comes before others that are applied.',
  options: MIGRATE_OPTIONS,
  examples: [
    { call: 'holdfast migrate status --database sqlite:app.db --migrations migrations', does: 'What is applied?' },
    { call: 'holdfast migrate status --database DATABASE_URL --json', does: 'The URL is in the environment' },
  ],
  output: { shape: 'MigrationStatus' },
  run,
};
