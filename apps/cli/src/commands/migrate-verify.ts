import { MIGRATE_OPTIONS, openMigrator } from '../compose/migrations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { migrationsVerifiedLines } from '../render/migrate.ts';

async function run(context: Context): Promise<ExitCode> {
  const { migrator } = await openMigrator(context);
  const verified = await context.timed('try migrations', () => migrator.verify({ signal: context.signal }));
  if (context.json) await emitObject(context.output, 'MigrationVerification', verified);
  else await context.output.write(`${migrationsVerifiedLines(verified).join('\n')}\n`);
  return verified.isSame ? EXIT.ok : EXIT.failed;
}

/** `holdfast migrate verify`. */
export const migrateVerify: CommandDefinition = {
  path: ['migrate', 'verify'],
  action: 'migrate.up',
  summary: 'Try migrations up, down and up again, and compare the schemas',
  description:
    'In an empty database that is made for it and dropped: a temporary file, or a database `holdfast_verify_…` on the same server. The database itself is not touched. ' +
    'Migrations that reach beyond their database are refused. Exits with 1 when a schema is another one the second time.',
  options: MIGRATE_OPTIONS,
  examples: [
    { call: 'holdfast migrate verify --database sqlite:app.db --migrations migrations', does: 'Before a release' },
  ],
  output: { shape: 'MigrationVerification' },
  run,
};
