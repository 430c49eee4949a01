import { MIGRATE_OPTIONS, openMigrator } from '../compose/migrations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [id = ''] = input.arguments;
  const { as } = input.options as { readonly as?: 'applied' | 'pending' | undefined };
  const { migrator, database } = await openMigrator(context);
  const migration = await migrator.repair(id, { as, signal: context.signal });
  if (context.json) await emitObject(context.output, 'MigrationRepaired', { database, migration });
  else await context.output.line(`${displayText(migration.id)} is ${migration.state}`);
  return EXIT.ok;
}

/** `holdfast migrate repair`. */
export const migrateRepair: CommandDefinition = {
  path: ['migrate', 'repair'],
  action: 'migrate.repair',
  summary: 'Accept a migration that was edited, or say what was put right by hand',
  description:
    'Nothing of the migration is run: only what the table of migrations says of it is changed. `--as` has to be given for one that was interrupted, or is there without having been applied.',
  arguments: [{ name: '<id>', description: 'of the migration' }],
  options: [
    ...MIGRATE_OPTIONS,
    { flags: '--as <state>', description: 'what it is now', choices: ['applied', 'pending'] },
  ],
  examples: [
    { call: 'holdfast migrate repair 0007_add_slots', does: 'Its new text is the one that counts' },
    { call: 'holdfast migrate repair 0008_rooms --as applied', does: 'It was ended by hand' },
  ],
  output: { shape: 'MigrationRepaired' },
  run,
};
