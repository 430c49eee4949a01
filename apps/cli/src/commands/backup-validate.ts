import type { RestoreValidation, ValidationCheck } from '@x/backup-store/validate';
import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, parseReference, snapshotPath, type FilterFlags } from '../compose/reference.ts';
import { commandValidator, parseColumnRule, requiredAssets, trialPlaces, validation } from '../compose/validation.ts';
import { resolvePath } from '../config/locations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { giveThreadsRoom } from '../process/v8-flags.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatDuration } from '../render/time.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface ValidateFlags extends FilterFlags {
  readonly sandbox?: string | undefined;
  readonly scratch?: readonly string[] | undefined;
  readonly live?: readonly string[] | undefined;
  readonly asset?: readonly string[] | undefined;
  readonly assetColumn?: readonly ReturnType<typeof parseColumnRule>[] | undefined;
  readonly command?: string | undefined;
}

/** Problems that are shown of each check. */
const SHOWN = 10;

function checkLines({ name, source, status, detail, problems }: ValidationCheck, all: boolean): readonly string[] {
  const shown = all ? problems : problems.slice(0, SHOWN);
  const rest = problems.length - shown.length;
  return [
    `  ${status.padEnd(7)}  ${name.padEnd(9)}  ${displayText(source === undefined ? detail : `${source}: ${detail}`)}`,
    ...shown.map(({ path, code, message }) => `    ${displayText(path)}: ${displayText(message)} [${code}]`),
    ...(rest > 0 ? [`    ... ${rest} more: --verbose lists them`] : []),
  ];
}

async function render({ output, messages }: Context, result: RestoreValidation): Promise<void> {
  if (messages.quiet) return;
  const { green, red } = output.colors;
  const verdict = result.status === 'passed' ? green('passed') : red('failed');
  const head = `trial restore of ${shortId(result.backupId)}: ${verdict} in ${formatDuration(result.duration_ms)}`;
  const lines = result.checks.flatMap((check) => checkLines(check, messages.verbose));
  await output.write(`${[head, ...lines].join('\n')}\n`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as ValidateFlags;
  const { snapshot, path } = parseReference(input.arguments[0] ?? 'latest');
  await using places = await trialPlaces({ scratch: flags.scratch ?? [], live: flags.live ?? [] }, context);
  const { validateRestore } = await validation();
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot, flags });
  giveThreadsRoom();
  const progress = createProgressReporter(context.messages);
  const options = {
    snapshot: record.id,
    path: path === undefined ? undefined : snapshotPath(record, path),
    sandbox: flags.sandbox === undefined ? undefined : resolvePath(flags.sandbox, context.workingDirectory),
    restoreInto: places.restoreInto,
    assets: requiredAssets(flags.asset, flags.assetColumn),
    validator: flags.command === undefined ? undefined : commandValidator(flags.command),
    signal: context.signal,
    onProgress: progress.onProgress,
  };
  const result = await context
    .timed('validate', () => validateRestore(repository, options))
    .finally(() => progress.end());
  if (context.json) await emitObject(context.output, 'RestoreValidation', result);
  else await render(context, result);
  return result.status === 'passed' ? EXIT.ok : EXIT.damaged;
}

/** `holdfast backup validate`. */
export const backupValidate: CommandDefinition = {
  path: ['backup', 'validate'],
  action: 'backup.verify',
  summary: 'Restore a snapshot for a trial, check what came back, and throw it away',
  description:
    'Checks that everything can be restored, the SHA-256 of every file, dumps and packed files by their own formats, files that have to ' +
    'be there, and whatever a command of your own looks at. Databases are restored for it: those of PostgreSQL and MariaDB into new ones of ' +
    'a server for trials, files of Redis into a server that is started for it, if one is installed; databases of SQLite and records are read ' +
    'through. With --live, it also holds how they are made against what is live. What could not be checked is skipped, and says why. ' +
    'Folder, databases and servers are gone in the end. Exits with 6 when a check fails.',
  arguments: [{ name: '<id[:path]>', description: `${REFERENCE_ARGUMENT}; with a path, only what is there and below` }],
  options: [
    { flags: '--sandbox <dir>', description: "folder to restore below (default: the system's for temporary files)" },
    {
      flags: '--scratch <url>',
      description:
        'a server to restore databases to, postgres://user@host/postgres or mysql://user@host: into new ones that are dropped; one for each kind',
      repeatable: true,
    },
    {
      flags: '--live <url>',
      description:
        'what is live, to compare tables and columns with: postgres://user@host/database, mysql://..., sqlite:/path, records+...?table=NAME; one for each kind',
      repeatable: true,
    },
    {
      flags: '--asset <path>',
      description: 'this path of the snapshot has to be there; may be repeated',
      repeatable: true,
    },
    {
      flags: '--asset-column <column=dir>',
      description:
        'each path in this column, as rooms.photo=/srv/uploads, has to be below this folder; may be repeated',
      repeatable: true,
      parse: parseColumnRule,
    },
    {
      flags: '--command <command>',
      description:
        'a command line, given to sh in the restored folder, that has to end with 0; it has HOLDFAST_SANDBOX, HOLDFAST_SNAPSHOT, ' +
        'HOLDFAST_TENANT and HOLDFAST_SCRATCH (URLs of the new databases)',
    },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup validate latest', does: 'Would it come back?' },
    {
      call: 'holdfast backup validate latest --scratch postgres://admin@test-db/postgres --asset-column rooms.photo=/srv/uploads',
      does: 'Also the database, and every photo that it names',
    },
    {
      call: 'holdfast backup validate latest --scratch mysql://admin@test-db --live mysql://backup@db/shop',
      does: 'Is it made as the live database is?',
    },
    { call: "holdfast backup validate latest --command './check.sh'", does: 'With a check of your own' },
  ],
  output: { shape: 'RestoreValidation' },
  run,
};
