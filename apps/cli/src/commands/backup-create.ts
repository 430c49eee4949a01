import type { BackupOptions, BackupResult } from '@x/backup-store';
import { now } from '../clock.ts';
import { openConfigured } from '../compose/compose.ts';
import { commitAfterBackup } from '../compose/manifest-branch.ts';
import { startLeftServices } from '../compose/left-services.ts';
import { userName } from '../compose/user.ts';
import { type ChosenFlags, chosenParts } from '../compose/chosen-parts.ts';
import type { ChosenSources } from '../compose/sources.ts';
import { configuredSoftware } from '../compose/software.ts';
import { demandDuration } from '../config/duration.ts';
import type { Settings } from '../config/fields.ts';
import { demandPast, parsePast } from '../config/past-moment.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import { keepHeapsSmall } from '../process/v8-flags.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { resultLines } from '../render/backup-result.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { contentTable } from '../render/contents.ts';
import { sayProblems } from '../render/problems.ts';
import { displayText } from '../render/text.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';

interface CreateFlags extends ChosenFlags {
  readonly kind?: BackupOptions['kind'];
  readonly fullEvery?: string | undefined;
  readonly since?: string | number | undefined;
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly checkSealed?: BackupOptions['checkSealed'];
  readonly atomic?: boolean | undefined;
  readonly scheduled?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

function snapshotName(text: string): string {
  if (text !== '' && text !== 'latest' && !text.includes(':')) return text;
  throw usageError(
    `Expected a name without ":" that is not "latest", got ${JSON.stringify(text)}`,
    'Choose another --name.',
  );
}

function tag(text: string): string {
  if (/^[^\s=,][^\s,]{0,255}$/u.test(text)) return text;
  throw usageError(
    `Expected a tag like nightly or team=web, got ${JSON.stringify(text)}`,
    'A tag has no blanks and no commas, and at most 256 characters.',
  );
}

async function render(context: Context, result: BackupResult, dryRun: boolean): Promise<void> {
  const { output, messages } = context;
  sayProblems(messages, result.problems);
  const { snapshot } = result;
  if (messages.quiet) return snapshot === undefined ? undefined : output.line(snapshot.id);
  const { green, yellow, red } = output.colors;
  const color = { ok: green, partial: yellow, failed: red }[result.status];
  const id = snapshot === undefined ? (dryRun ? 'would be made' : 'not made') : snapshot.id;
  const name = snapshot?.name === undefined ? '' : ` ${displayText(snapshot.name)}`;
  const remark = result.status === 'ok' ? '' : `, ${formatNumberOf(result.problems.length, 'problem')}`;
  const lines = resultLines(result, `snapshot ${id}${name}: ${color(result.status)}${remark}`);
  await output.write(`${lines.join('\n')}\n`);
  for (const line of contentTable(result.contents)) messages.detail(line);
}

function saySources(context: Context, { paths, exclude, from }: ChosenSources): void {
  if (from === 'checkout')
    context.messages.note(`Backing up ${displayText(paths.join(' '))} without what git ignores.`);
  for (const path of paths) context.messages.detail(`source ${displayText(path)}`);
  for (const pattern of exclude) context.messages.detail(`exclude ${displayText(pattern)}`);
}

/** What reads like a moment is one; anything else names a snapshot. */
function sinceOf(text: string): string | number {
  if (text === 'latest') return 'last';
  return parsePast(text, now()) === undefined ? text : demandPast(text);
}

/** A word that says how old the last full backup may be; `never` for none that is to be made by age. */
function fullEvery(text: string): string {
  if (text !== 'never') demandDuration(text);
  return text;
}

/** How often all is read again: what a scheduler runs goes by the configuration. */
function fullEveryMs(
  { fullEvery: asked, kind, since, scheduled }: CreateFlags,
  settings: Settings,
): number | undefined {
  const usual = scheduled === true && kind === undefined && since === undefined;
  const every = asked ?? (usual ? (settings['schedule.fullEvery'] ?? '7d') : 'never');
  return every === 'never' ? undefined : demandDuration(every);
}

/** Backs up what the command line names. */
export async function createSnapshot(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as CreateFlags;
  const { name, note, tag: tags, exclude = [], checkSealed, atomic, dryRun = false, kind, since, scheduled } = flags;
  const effective = await context.effective();
  const { tenant } = effective.settings;
  const { sources, streams, modules } = await chosenParts(context, effective, {
    flags,
    paths: input.arguments,
    exclude,
  });
  const software = await configuredSoftware(context, effective);
  keepHeapsSmall();
  await using repository = await openConfigured(context);
  await startLeftServices(context, repository);
  saySources(context, sources);
  const progress = createProgressReporter(context.messages);
  const what = {
    paths: sources.paths,
    exclude: sources.exclude,
    sources: streams,
    modules,
    software,
    atomic,
    name,
    note,
    tenant,
    tags,
    createdBy: userName(),
    compression: effective.settings.profile,
    kind,
    fullEveryMs: fullEveryMs(flags, effective.settings),
    trigger: scheduled === true ? ('scheduled' as const) : undefined,
    since,
    checkSealed,
    dryRun,
  };
  const reporting = { signal: context.signal, onProgress: progress.onProgress };
  const result = await context
    .timed('back up', () => repository.backup({ ...what, ...reporting }))
    .finally(() => progress.end());
  if (result.snapshot !== undefined) await commitAfterBackup(context, effective, repository);
  if (context.json) {
    await emitObject(context.output, 'BackupRun', { ...result, dryRun });
  } else {
    await render(context, result, dryRun);
  }
  return result.status === 'ok' ? EXIT.ok : exitCodeOfRun(result.status, result.problems);
}

/** `holdfast backup create`. */
export const backupCreate: CommandDefinition = {
  path: ['backup', 'create'],
  action: 'backup.create',
  whose: 'configured',
  summary: 'Back up files and folders into a new snapshot',
  description:
    'Without a path: the configured modules of the tenant, else the configured sources or, in a git checkout without any, the project without what git ignores. ' +
    'A path comes back at restore as it was given here, without its leading slash and without "..". ' +
    'Databases and output of programs are sources of the same snapshot; with them, and no path, nothing else is backed up.',
  arguments: [{ name: '[path...]', description: 'files and folders' }],
  options: [
    {
      flags: '--kind <kind>',
      description:
        'full: read every byte again; incremental (default): only what has changed; checkpoint: no content, see `backup checkpoint`; ' +
        'pre-deploy: like incremental, quickly compressed',
      choices: ['full', 'incremental', 'checkpoint', 'pre-deploy'],
    },
    {
      flags: '--full-every <duration>',
      description:
        'full when no full one of the same sources is younger, such as 7d, else incremental; never: incremental ' +
        '(default with --scheduled: schedule.fullEvery of the configuration, else 7d)',
      parse: fullEvery,
    },
    {
      flags: '--since <snapshot|moment>',
      description:
        'compare with this snapshot, or the last one at or before a moment ("yesterday 14:00"), instead of the last one',
      parse: sinceOf,
    },
    { flags: '--name <name>', description: 'a name to find the snapshot by', parse: snapshotName },
    { flags: '--note <text>', description: 'a remark' },
    { flags: '--tenant <name>', description: 'whose data it is (default: tenant of the configuration, else default)' },
    {
      flags: '--module <name>',
      description: 'only this configured module of the tenant; may be repeated',
      repeatable: true,
    },
    { flags: '--tag <tag>', description: 'a word or key=value; may be repeated', repeatable: true, parse: tag },
    {
      flags: '--profile <profile>',
      description:
        'compression (default: profile of the configuration; else fast with --kind pre-deploy, auto with --scheduled, ' +
        'and balanced; auto chooses by what is in it)',
      choices: ['auto', 'fast', 'balanced', 'maximum', 'none'],
    },
    {
      flags: '--source <[name=]url>',
      description:
        'a database: postgres://user@host/database?table=ml_*, also database (name, pattern or all), schema, ' +
        'exclude-table, format, globals, option; mysql:// or mariadb://, with database, table, exclude-table, option, ' +
        'ssl-mode, option-file; redis:// or rediss://; may be repeated. Passwords come from PGPASSWORD, MYSQL_PWD, ' +
        'REDISCLI_AUTH, the variable that password-env=NAME names, or files of the programs. ' +
        'Or a SQLite database, while others write to it: sqlite:/srv/app/app.db?check=quick (full, none). ' +
        'Or rows of tables as records that can be merged: records+postgres://… or records+sqlite:/path, with ' +
        '?table=bookings&updated-at=updated_at, also deleted-at and schema; or JSON documents as records: ' +
        'records+file:/srv/bookings.json?id=number&updated-at=changed (an array, an object, JSON Lines or a folder; with ' +
        'document=NAME several below a folder). Programs of a server run elsewhere with docker=CONTAINER (docker-user, ' +
        'docker-client=podman) or ssh=user@host (ssh-option, several times), and bin=FOLDER for where they are there',
      repeatable: true,
    },
    {
      flags: '--source-command <name=command>',
      description:
        'what a command line, given to sh, prints, as a file of this name (of a pipe only the last exit code counts); may be repeated',
      repeatable: true,
    },
    {
      flags: '--scheduled',
      description:
        'a scheduler runs this, and nobody waits for it: for cron and timers; without a profile, auto is taken',
    },
    {
      flags: '--quiesce <command>',
      description:
        'run this with sh before databases and programs are read, to bring to rest what writes; when it fails, none is read',
    },
    {
      flags: '--resume <command>',
      description: 'run this with sh once they were read, whatever became of it, and before the snapshot is stored',
    },
    { flags: '--atomic', description: 'no snapshot unless every source was read in full' },
    { flags: '--exclude <glob>', description: 'leave out what matches; may be repeated', repeatable: true },
    {
      flags: '--check-sealed <frames>',
      description: 'open sealed data again before it is stored: a sample of it (default), all, or none (off)',
      choices: ['off', 'sample', 'all'],
    },
    { flags: '--dry-run', description: 'scan and compare only: say what would be done' },
  ],
  examples: [
    { call: 'holdfast backup create ~/projects --name before-upgrade', does: 'One folder, with a name' },
    {
      call: 'holdfast backup create --tenant property1 --module database --module assets',
      does: 'Two configured modules of a tenant',
    },
    { call: 'holdfast backup create --scheduled --quiet', does: 'The configured sources, in a crontab' },
    { call: 'holdfast backup create --full-every 7d', does: 'Full once a week, incremental in between' },
    { call: 'holdfast backup create --kind full', does: 'Read every byte of the configured sources again' },
    {
      call: "holdfast backup create /srv/uploads --source 'postgres://backup@db/shop?table=ml_*'",
      does: 'Files and tables of a database in one snapshot',
    },
    {
      call: "holdfast backup create --source mariadb://backup@db/keycloak --source 'redis://cache?password-env=CACHE_PASSWORD'",
      does: 'Two servers in one snapshot',
    },
    {
      call: "holdfast backup create --source 'postgres://postgres@localhost/shop?docker=shop-db'",
      does: 'A database by the programs of its container',
    },
    {
      call: "holdfast backup create --source redis://cache --quiesce 'systemctl stop shop' --resume 'systemctl start shop'",
      does: 'While nobody writes',
    },
    { call: "holdfast backup create --source-command 'crontab=crontab -l'", does: 'What a program prints' },
    { call: "holdfast backup create --exclude '*.log' --tag nightly", does: 'The configured sources without logs' },
  ],
  output: { shape: 'BackupRun' },
  run: createSnapshot,
};
