import type { BackupOptions } from '@x/backup-store';
import { now } from '../clock.ts';
import type { ChosenFlags } from '../compose/chosen-parts.ts';
import { demandDuration } from '../config/duration.ts';
import { demandPast, parsePast } from '../config/past-moment.ts';
import { usageError } from '../errors.ts';
import type { CommandDefinition } from '../program/command.ts';

/** What `CREATE_OPTIONS` give. */
export interface CreateFlags extends ChosenFlags {
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

/** Options of `holdfast backup create`. */
export const CREATE_OPTIONS: NonNullable<CommandDefinition['options']> = [
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
];
