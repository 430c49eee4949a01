import type {
  OverwriteMode,
  Repository,
  RestoreOptions,
  RestorePlan,
  RestoreResult,
  SafeRestoreResult,
  SnapshotRecord,
} from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { checkMode, MERGE_OPTIONS, type MergeFlags } from '../compose/merge.ts';
import { findSnapshot, parseReference, snapshotPath, type FilterFlags } from '../compose/reference.ts';
import { restoreInPlace, type SafetyFlags, warnOfUnfinished } from '../compose/safety.ts';
import { isSqliteUrl } from '../compose/sqlite-url.ts';
import { resolvePath } from '../config/locations.ts';
import { CliError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import { giveThreadsRoom } from '../process/v8-flags.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf, formatRate } from '../render/bytes.ts';
import { planLines } from '../render/plan.ts';
import { sayProblems } from '../render/problems.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatDuration } from '../render/time.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { checkCommands, checkTarget } from './backup-restore-flags.ts';
import { checkIntoFlags, restoreInto } from './backup-restore-into.ts';
import { type IntoSqliteFlags, restoreOverSqlite, SQLITE_OPTIONS } from './backup-restore-into-sqlite.ts';
import { restoreMode } from './backup-restore-mode.ts';
import { checkTablesFlags, restoreTables, TABLE_OPTION, type TablesFlags } from './backup-restore-tables.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface RestoreFlags extends FilterFlags, SafetyFlags, IntoSqliteFlags, MergeFlags, Pick<TablesFlags, 'table'> {
  readonly to?: string | undefined;
  readonly inPlace?: boolean | undefined;
  readonly into?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly overwrite?: OverwriteMode | undefined;
  readonly delete?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** What was done, whichever way the restore went. */
interface Outcome {
  readonly plan?: RestorePlan | undefined;
  readonly safetySnapshot?: string | undefined;
  readonly result?: RestoreResult | undefined;
  readonly validation?: SafeRestoreResult['validation'] | undefined;
  readonly rollback?: SafeRestoreResult['rollback'] | undefined;
}

async function confirm(context: Context, plan: RestorePlan, yes: boolean): Promise<void> {
  const { messages } = context;
  // Whoever is asked is told what about, even with --quiet.
  const say = (line: string): void => (yes ? messages.note(line) : messages.warn(line));
  for (const line of planLines(plan, messages.verbose)) say(line);
  if (yes) return;
  if (!context.prompt.available) {
    throw new CliError('NOT_CONFIRMED', 'Expected a confirmation of the restore in place, got none', {
      hint: 'Look at the plan with --dry-run, then confirm it with --yes.',
    });
  }
  if (await context.prompt.confirm('Go on?')) return;
  throw new CliError('NOT_CONFIRMED', 'The restore was not confirmed; nothing was changed');
}

async function renderOutcome(context: Context, outcome: Outcome): Promise<void> {
  const { plan, result, validation, rollback } = outcome;
  const { output, messages } = context;
  if (result === undefined) {
    if (plan !== undefined) await output.write(`${planLines(plan, messages.verbose).join('\n')}\n`);
    return;
  }
  sayProblems(messages, [...result.problems, ...(validation?.problems ?? []), ...(rollback?.problems ?? [])]);
  if (messages.quiet) return;
  const { green, yellow, red } = output.colors;
  const color = { ok: green, partial: yellow, failed: red }[result.status];
  const where = result.target === '/' ? 'to the original paths' : `to ${displayText(result.target)}`;
  const problems = result.problems.length === 0 ? '' : `, ${formatNumberOf(result.problems.length, 'problem')}`;
  await output.line(
    `restore ${where}: ${color(result.status)}${problems}; ${formatNumberOf(result.filesWritten, 'file')} written, ` +
      `${formatNumberOf(result.entriesKept, 'entry', 'entries')} kept, ${formatNumberOf(result.entriesDeleted, 'entry', 'entries')} deleted; ` +
      `${formatBytes(result.bytesWritten)} in ${formatDuration(result.durationMs)}, ${formatRate(result.bytesWritten, result.durationMs)}`,
  );
  await renderRollback(context, outcome);
}

/** What failed its validation counts as failed, though what was there before is back. */
function statusOf({ result, validation }: Outcome): RestoreResult['status'] {
  return validation?.status === 'failed' ? 'failed' : (result?.status ?? 'ok');
}

async function renderRollback({ output }: Context, { validation, rollback, safetySnapshot }: Outcome): Promise<void> {
  if (validation?.status !== 'failed') return;
  const { green, red } = output.colors;
  const back =
    rollback === undefined
      ? red('nothing was rolled back: there is no safety backup')
      : rollback.status === 'ok'
        ? green('rolled back: everything is as it was before')
        : red(`rolled back ${rollback.status}, ${formatNumberOf(rollback.problems.length, 'problem')}`);
  const safety = safetySnapshot === undefined ? '' : `; safety snapshot ${shortId(safetySnapshot)}`;
  await output.line(`validation: ${red('failed')}; ${back}${safety}`);
}

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
  const flags = input.options as RestoreFlags;
  const reference = parseReference(input.arguments[0] ?? '');
  checkTablesFlags(context, flags);
  checkMode(flags, reference.path);
  checkCommands(flags);
  if (flags.mode === undefined) {
    checkTarget(flags);
    checkIntoFlags(context, flags);
  }
  const { dryRun = false } = flags;
  await using repository = await openConfigured(context);
  await warnOfUnfinished(context, repository);
  const record = await findSnapshot(context, repository, { snapshot: reference.snapshot, flags });
  if (flags.mode !== undefined) return await restoreMode(context, repository, { record, flags });
  const path = reference.path === undefined ? undefined : snapshotPath(record, reference.path);
  if (flags.into !== undefined)
    return await intoDatabase(context, flags, { repository, record, path, named: reference.path, url: flags.into });
  const progress = createProgressReporter(context.messages);
  const options: RestoreOptions = {
    snapshot: record.id,
    path,
    modules: flags.module,
    to: flags.to === undefined ? undefined : resolvePath(flags.to, context.workingDirectory),
    inPlace: flags.inPlace,
    include: flags.include,
    exclude: flags.exclude,
    overwrite: flags.overwrite,
    delete: flags.delete,
    signal: context.signal,
    onProgress: progress.onProgress,
  };
  const quietly = <T>(what: string, step: () => Promise<T>): Promise<T> =>
    context.timed(what, step).finally(() => progress.end());
  let outcome: Outcome = {};
  if (dryRun || flags.inPlace) outcome = { plan: await quietly('plan', () => repository.planRestore(options)) };
  if (!dryRun && outcome.plan !== undefined) {
    await confirm(context, outcome.plan, flags.yes ?? false);
    giveThreadsRoom();
    outcome = await restoreInPlace(context, repository, { options, flags });
  } else if (!dryRun) {
    giveThreadsRoom();
    outcome = { ...outcome, result: await quietly('restore', () => repository.restore(options)) };
  }
  const status = statusOf(outcome);
  if (context.json) {
    const { plan, safetySnapshot, result, validation, rollback } = outcome;
    await emitObject(context.output, 'RestoreRun', {
      status,
      dryRun,
      plan,
      safetySnapshot,
      result,
      validation,
      rollback,
    });
  } else await renderOutcome(context, outcome);
  return status === 'ok' ? EXIT.ok : exitCodeOfRun(status, outcome.result?.problems ?? []);
}

/** `holdfast backup restore`. */
export const backupRestore: CommandDefinition = {
  path: ['backup', 'restore'],
  summary: 'Bring files back from a snapshot',
  description:
    '--to DIR restores below a folder. --in-place restores to the original paths: it shows the plan, makes a ' +
    'safety snapshot of what is there, and only then changes anything. After that each file that was written is compared with the ' +
    'snapshot: stop what else writes there. When that, or a command of your own, fails, everything is made what it was before. ' +
    '--into URL restores one dump to a database: the ' +
    'one in the snapshot that is of its kind and name, or ID:PATH. A database that is not empty is refused without ' +
    '--overwrite always, which replaces what is there under the same names (of Redis, everything). One of SQLite is ' +
    'replaced as a whole, and put back when that fails. Before a database is changed, a safety snapshot of it is made, and the ' +
    'command that goes back to it is printed. ' +
    'Passwords come from PGPASSWORD, MYSQL_PWD and REDISCLI_AUTH, or the variable that ?password-env=NAME names. --mode restores records ' +
    'into a database of PostgreSQL or SQLite, in one transaction: in full, what is asked for, or merged with newer ones.',
  arguments: [{ name: '<id[:path]>', description: `${REFERENCE_ARGUMENT}; with a path, only what is there and below` }],
  options: [
    { flags: '--to <dir>', description: 'folder to restore below' },
    { flags: '--in-place', description: 'restore to the original paths' },
    {
      flags: '--into <url>',
      description: 'database to restore to: postgres://, mysql://, mariadb://, redis://, rediss:// or sqlite:/path',
    },
    TABLE_OPTION,
    ...SQLITE_OPTIONS,
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
    { flags: '--no-validate', description: 'in place: no validation, and no rollback' },
    {
      flags: '--validate-command <command>',
      description:
        'in place: a command line, given to sh after the restore, that has to end with 0, or everything is rolled back',
    },
    { flags: '-y, --yes', description: 'do not ask before something is replaced in place or in a database' },
    ...MERGE_OPTIONS,
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup restore latest --to /tmp/back', does: 'Everything, to a folder' },
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
