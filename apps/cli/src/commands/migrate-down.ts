import { namedBackup, RUN_OPTIONS } from '../compose/migrations.ts';
import { usageError } from '../errors.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { type RunFlags, runMigrations } from './migrate-run.ts';

interface DownFlags extends RunFlags {
  readonly to?: string | undefined;
  readonly all?: true | undefined;
  readonly backup?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { phase, to, all, backup: id, dryRun } = input.options as DownFlags;
  if (to !== undefined && all === true) throw usageError('Expected --to or --all, got both', 'Leave one of them out.');
  const backup = id === undefined ? undefined : await namedBackup(context, id);
  return runMigrations(context, 'down', { phases: phase, to: all === true ? '' : to, backup, dryRun });
}

/** `holdfast migrate down`. */
export const migrateDown: CommandDefinition = {
  path: ['migrate', 'down'],
  action: 'migrate.down',
  summary: 'Take back the last migration, or all after one',
  description:
    'The last one that was applied comes first. Past a `contract`, which has taken something away, it needs a backup from before it: a snapshot of the repository, where one is configured. ' +
    'It is not restored, only named.',
  options: [
    ...RUN_OPTIONS,
    { flags: '--to <id>', description: 'the migration to go back to, which stays' },
    { flags: '--all', description: 'take back all of them' },
    { flags: '--backup <id>', description: 'a backup from before the contract that is taken back' },
  ],
  examples: [
    { call: 'holdfast migrate down --database sqlite:app.db --migrations migrations', does: 'The last one' },
    { call: 'holdfast migrate down --to 0006_slots --backup nightly', does: 'Past a contract' },
  ],
  output: { shape: 'MigrationRun', dryRun: 'MigrationPlan' },
  run,
};
