import type { BackupResult } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { commitAfterBackup } from '../compose/manifest-branch.ts';
import { startLeftServices } from '../compose/left-services.ts';
import { userName } from '../compose/user.ts';
import { chosenParts } from '../compose/chosen-parts.ts';
import type { ChosenSources } from '../compose/sources.ts';
import { configuredSoftware } from '../compose/software.ts';
import { demandDuration } from '../config/duration.ts';
import type { Settings } from '../config/fields.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import { keepHeapsSmall } from '../process/v8-flags.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { CREATE_OPTIONS, type CreateFlags } from './backup-create-options.ts';
import { resultLines } from '../render/backup-result.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { contentTable } from '../render/contents.ts';
import { sayProblems } from '../render/problems.ts';
import { displayText } from '../render/text.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';

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
  options: CREATE_OPTIONS,
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
