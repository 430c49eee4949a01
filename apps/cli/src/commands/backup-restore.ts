import type { Repository, SnapshotRecord } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { checkMode, MERGE_OPTIONS, type MergeFlags, withMode } from '../compose/merge.ts';
import { mergeTarget } from '../compose/merge-target.ts';
import { findSnapshot, parseReference, snapshotPath, type FilterFlags } from '../compose/reference.ts';
import { warnOfUnfinished } from '../compose/safety.ts';
import { startLeftServices } from '../compose/left-services.ts';
import { isSqliteUrl } from '../compose/sqlite-url.ts';
import type { ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { type FilesFlags, restoreFiles } from './backup-restore-files.ts';
import { checkCommands, checkTarget } from './backup-restore-flags.ts';
import { checkIntoFlags, restoreInto } from './backup-restore-into.ts';
import { type IntoSqliteFlags, restoreOverSqlite, SERVICE_OPTIONS } from './backup-restore-into-sqlite.ts';
import { restoreMode } from './backup-restore-mode.ts';
import { checkTablesFlags, restoreTables, TABLE_OPTION, type TablesFlags } from './backup-restore-tables.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface RestoreFlags
  extends FilterFlags, FilesFlags, IntoSqliteFlags, Omit<MergeFlags, 'module'>, Pick<TablesFlags, 'table'> {}

interface DatabaseRestore {
  readonly repository: Repository;
  readonly record: SnapshotRecord;
  /** In the snapshot. */
  readonly path: string | undefined;
  /** As it was given. */
  readonly named: string | undefined;
  readonly url: string;
}

async function intoDatabase(context: Context, flags: RestoreFlags, what: DatabaseRestore): Promise<ExitCode> {
  const { repository, record, path, named, url } = what;
  const isFile = isSqliteUrl(url);
  if (flags.table !== undefined) return await restoreTables(context, flags, { ...what, path: isFile ? path : named });
  if (isFile) return await restoreOverSqlite(context, flags, { repository, record, path });
  return await restoreInto(context, repository, { ...flags, record, path: named, url });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = withMode(input.options as RestoreFlags);
  const reference = parseReference(input.arguments[0] ?? '');
  checkTablesFlags(context, flags);
  checkMode(flags, reference.path);
  checkCommands(flags);
  if (flags.mode === undefined) {
    checkTarget(flags);
    await checkIntoFlags(context, flags);
  }
  await using target = flags.mode === undefined ? undefined : mergeTarget(context, flags.into);
  await using repository = await openConfigured(context);
  await startLeftServices(context, repository, { goesBack: true });
  await warnOfUnfinished(context, repository);
  const record = await findSnapshot(context, repository, { snapshot: reference.snapshot, flags });
  if (target !== undefined) return await restoreMode(context, repository, { record, flags, target });
  const path = reference.path === undefined ? undefined : snapshotPath(record, reference.path);
  if (flags.into !== undefined)
    return await intoDatabase(context, flags, { repository, record, path, named: reference.path, url: flags.into });
  return await restoreFiles(context, repository, { record, path, flags });
}

/** `holdfast backup restore`. */
export const backupRestore: CommandDefinition = {
  path: ['backup', 'restore'],
  action: 'backup.restore',
  summary: 'Bring files back from a snapshot',
  description:
    '--to DIR restores below a folder; what --overwrite or --delete would replace there is saved first, and comes back when the restore fails. --in-place restores to the original paths: it shows the plan, makes a ' +
    'safety snapshot of what is there, and only then changes anything. After that each file that was written is compared with the ' +
    'snapshot: stop what else writes there. When that, or a command of your own, fails, everything is made what it was before. ' +
    '--into URL restores one dump to a database: the ' +
    'one in the snapshot that is of its kind and name, or ID:PATH. A database that is not empty is refused without ' +
    '--overwrite always, which replaces what is there under the same names (of Redis, everything). One of SQLite is ' +
    'replaced as a whole, and put back when that fails. Before a database is changed, a safety snapshot of it is made, and the ' +
    'command that goes back to it is printed. Afterwards the rows of tables, keys or records are compared with what was restored; ' +
    'when that, or a command of your own, fails, the database is made what it was before by itself. ' +
    'Passwords come from PGPASSWORD, MYSQL_PWD and REDISCLI_AUTH, or the variable that ?password-env=NAME names. --mode restores records ' +
    'into a database of PostgreSQL or SQLite, in one transaction, or into JSON documents ' +
    '(file:/srv/bookings.json?id=number&updated-at=changed): in full, what is asked for, or merged with newer ones.',
  arguments: [{ name: '<id[:path]>', description: `${REFERENCE_ARGUMENT}; with a path, only what is there and below` }],
  options: [
    { flags: '--to <dir>', description: 'folder to restore below' },
    { flags: '--in-place', description: 'restore to the original paths' },
    {
      flags: '--into <url>',
      description:
        'database to restore to: postgres://, mysql://, mariadb://, redis://, rediss:// or sqlite:/path; with --mode also file:/path',
    },
    TABLE_OPTION,
    ...SERVICE_OPTIONS,
    { flags: '--include <glob>', description: 'only what matches; may be repeated', repeatable: true },
    { flags: '--exclude <glob>', description: 'not what matches; may be repeated', repeatable: true },
    {
      flags: '--overwrite <mode>',
      description: 'what happens to files that are there already; never by default',
      choices: ['never', 'if-newer', 'if-changed', 'always'],
    },
    {
      flags: '--delete',
      description: 'remove what is there and not in the snapshot; nothing when the snapshot or the restore is partial',
    },
    { flags: '--dry-run', description: 'show the plan only' },
    {
      flags: '--no-safety-backup',
      description: 'no snapshot of what is there before it is replaced, so nothing can be rolled back',
    },
    { flags: '--no-validate', description: 'no validation afterwards, and no rollback because of one' },
    {
      flags: '--validate-command <command>',
      description:
        'in place or with --into: a command line, given to sh after the restore, that has to end with 0, or everything is rolled back',
    },
    { flags: '-y, --yes', description: 'do not ask before something is replaced in place or in a database' },
    ...MERGE_OPTIONS,
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup restore latest --to /tmp/back', does: 'Everything, to a folder' },
    {
      call: 'holdfast backup restore latest --mode full --into sqlite:/srv/two.db --only tenant_id=1 --set tenant_id=2',
      does: 'Records of one tenant as those of another',
    },
    {
      call: 'holdfast backup restore latest --tenant property1 --module assets --to /tmp/back',
      does: 'One module of a tenant',
    },
    { call: "holdfast backup restore latest --at 'yesterday 14:00' --to /tmp/back", does: 'As it was at a moment' },
    {
      call: 'holdfast backup restore latest:projects/web/.env --in-place --overwrite always',
      does: 'One file, where it was',
    },
    {
      call: "holdfast backup restore latest:app.db --into sqlite:/srv/app/app.db --stop-command 'systemctl stop app' --start-command 'systemctl start app'",
      does: 'A database, over the one a service works with',
    },
    {
      call: 'holdfast backup restore latest --into mysql://admin@db/shop_restored',
      does: 'The dump of a database, into a new one',
    },
    {
      call: "holdfast backup restore latest --into postgres://admin@db/shop --table bookings --table 'ml_*' --overwrite always",
      does: 'Single tables of a dump, over those that are there',
    },
    {
      call: 'holdfast backup restore latest --mode merge --into sqlite:hotel.db --damaged-since 2026-11-23T15:00:00Z',
      does: 'Records, without losing newer ones',
    },
  ],
  output: { shape: 'RestoreRun' },
  run,
};
