import { RUN_OPTIONS } from '../compose/migrations.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import { type RunFlags, runMigrations } from './migrate-run.ts';

interface UpFlags extends RunFlags {
  readonly to?: string | undefined;
  readonly outOfOrder?: true | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { phase, to, outOfOrder, dryRun } = input.options as UpFlags;
  return runMigrations(context, 'up', { phases: phase, to, outOfOrder, dryRun });
}

/** `holdfast migrate up`. */
export const migrateUp: CommandDefinition = {
  path: ['migrate', 'up'],
  action: 'migrate.up',
  summary: 'Run the migrations that a database does not have yet',
  description:
    'In the order of their numbers, each in a transaction where the database allows it. What was interrupted is gone on with. Warnings are those of `migrate lint`.',
  options: [
    ...RUN_OPTIONS,
    { flags: '--to <id>', description: 'the last one to run' },
    { flags: '--out-of-order', description: 'run also what comes before others that are applied' },
  ],
  examples: [
    {
      call: 'holdfast migrate up --database sqlite:app.db --migrations migrations --dry-run',
      does: 'Look at it first',
    },
    { call: 'holdfast migrate up --database DATABASE_URL --phase expand', does: 'Before a new version is switched to' },
    { call: 'holdfast migrate up --to 0007_add_slots', does: 'What is configured, up to one migration' },
  ],
  output: { shape: 'MigrationRun', dryRun: 'MigrationPlan' },
  run,
};
