import type { DatabaseMigrator, MigrationWarning, MigratorEvent, NamedBackup } from '@x/versioning/migrate';
import { demandDuration } from '../config/duration.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatDuration } from '../render/time.ts';
import { displayText } from '../render/text.ts';
import { openConfigured } from './compose.ts';
import { migrationDialect, migrationDriver, migrationsFolder } from './migration-database.ts';
import { findSnapshot } from './reference.ts';

/** Options of every command about migrations. */
export const MIGRATE_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--database <url>',
    description:
      'sqlite:app.db, postgres://user@host/database, mysql://user@host/database, or the variable that has such a URL',
  },
  { flags: '--password-file <file>', description: 'file with the password of the database; - for standard input' },
  { flags: '--migrations <folder>', description: 'folder with migrations (default: that of the configuration)' },
];

/** Options of commands that change a database. */
export const RUN_OPTIONS: readonly OptionDefinition[] = [
  ...MIGRATE_OPTIONS,
  {
    flags: '--phase <kind>',
    description: 'only migrations of this kind; may be repeated',
    choices: ['expand', 'data', 'contract'],
    repeatable: true,
  },
  {
    flags: '--lock-timeout <duration>',
    description: 'how long to wait for somebody else who runs migrations (default: 1m)',
  },
  { flags: '--dry-run', description: 'only show what would be run' },
];

/** A migrator, and where it works. */
export interface OpenedMigrator {
  readonly migrator: DatabaseMigrator;
  /** The database, without its password. */
  readonly database: string;
}

/** Opens the configured database, and says with `--verbose` what is done. @throws {CliError} `USAGE`, `SECRET_UNREADABLE`. */
export async function openMigrator(context: Context): Promise<OpenedMigrator> {
  const effective = await context.effective();
  const timeout = effective.settings['migrate.lockTimeout'];
  const driver = await migrationDriver(context);
  const { createMigrator } = await import('@x/versioning/migrate');
  const migrator = createMigrator({
    driver,
    migrations: migrationsFolder(effective),
    ...(timeout === undefined ? {} : { lockTimeoutMs: demandDuration(timeout) }),
    onEvent: (event) => {
      context.told.migrator(event);
      tell(context, event);
    },
  });
  return { migrator, database: driver.place };
}

function tell({ messages }: Context, event: MigratorEvent): void {
  if (event.type === 'waiting')
    return messages.note(`Waiting for somebody else who runs migrations on ${displayText(event.place)}.`);
  const id = displayText(event.id);
  if (event.type === 'begun') {
    if (event.done > 0)
      messages.note(`${id}: ${event.done} of ${event.statements} statements were finished by an earlier run.`);
    if (!messages.quiet) messages.status(`${event.direction} ${id}`);
    return;
  }
  if (event.type === 'statement') return messages.detail(`${id}: statement ${event.statement} is done`);
  if (event.type === 'settled')
    return messages.note(`${id}: statement ${event.statement} had been finished before it was interrupted.`);
  if (event.type === 'ended') {
    messages.status(undefined);
    return messages.detail(`${id}: ${event.direction} in ${formatDuration(event.ms)}`);
  }
  return messages.detail(
    `${id}: ${event.from.state} (${event.from.checksum}) is now ${event.to.state} (${event.to.checksum}), by ${event.by}`,
  );
}

/** What lint says of the configured migrations. No database is opened. */
export async function lintConfigured(context: Context): Promise<readonly MigrationWarning[]> {
  const effective = await context.effective();
  const { lintMigrations } = await context.timed('load migrations', () => import('@x/versioning/migrate'));
  return lintMigrations(migrationsFolder(effective), { dialect: await migrationDialect(context) });
}

/**
 * The backup that a way back past a `contract` names: a snapshot, whose time is looked at, where there is a repository.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND`, and those of opening the repository.
 */
export async function namedBackup(context: Context, id: string): Promise<NamedBackup> {
  const { settings } = await context.effective();
  if (settings.repository === undefined) {
    context.messages.warn(
      `There is no repository to look for the backup ${displayText(id)} in: it is taken for what you say.`,
    );
    return { id };
  }
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot: id, flags: {} });
  return { id: record.id, createdAt: record.startedAt };
}
