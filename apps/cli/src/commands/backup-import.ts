import { archiveIdentities, checkZip, type ImportZipResult, readZip, type ZipReport } from '../compose/archives.ts';
import { openConfigured } from '../compose/compose.ts';
import { userName } from '../compose/user.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { factLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';

interface ImportFlags {
  readonly tenant?: string | undefined;
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly archiveIdentity?: string | undefined;
  readonly manifestSha256?: string | undefined;
  readonly verifyOnly?: boolean | undefined;
}

function sha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw usageError(`Expected 64 hex digits, got ${JSON.stringify(text)}`, 'Give what `backup export` has told.');
}

async function render(context: Context, file: string, report: ZipReport & Partial<ImportZipResult>): Promise<void> {
  const { output, messages } = context;
  const { snapshot, imported } = report;
  if (messages.quiet) return imported === undefined ? undefined : output.line(imported.id);
  const title =
    imported === undefined ? `${displayText(file)}: ${output.colors.green('ok')}` : `snapshot ${imported.id}: imported`;
  const facts: readonly (readonly [string, string])[] = [
    ['of', `snapshot ${snapshot.id}, ${formatTime(snapshot.startedAt)}, ${displayText(snapshot.host)}`],
    ['content', `${formatNumberOf(report.files, 'file')}, ${formatBytes(report.bytes)}`],
    ['archive', `${formatBytes(report.size)}${report.encrypted ? ', encrypted' : ''}`],
    ['manifest', report.manifestSha256],
  ];
  await output.write(`${[title, ...factLines(facts, '  ')].join('\n')}\n`);
}

async function reportOf(
  context: Context,
  from: string,
  flags: ImportFlags,
): Promise<ZipReport & Partial<ImportZipResult>> {
  const { name, note, tag: tags, manifestSha256 } = flags;
  const identities = await archiveIdentities(context, flags.archiveIdentity);
  const progress = createProgressReporter(context.messages);
  const work = { identities, manifestSha256, signal: context.signal, onProgress: progress.onProgress };
  if (flags.verifyOnly === true)
    return await context.timed('verify', () => checkZip(from, work)).finally(() => progress.end());
  const { settings } = await context.effective();
  await using repository = await openConfigured(context);
  const what = { repository, from, name, note, tags, tenant: flags.tenant ?? settings.tenant };
  const how = { ...work, compression: settings.profile, createdBy: userName() };
  return await context.timed('import', () => readZip({ ...what, ...how })).finally(() => progress.end());
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [file = ''] = input.arguments;
  const report = await reportOf(context, resolvePath(file, context.workingDirectory), input.options);
  if (context.json) await emitObject(context.output, 'ArchiveImported', report);
  else await render(context, file, report);
  return EXIT.ok;
}

/** `holdfast backup import`. */
export const backupImport: CommandDefinition = {
  path: ['backup', 'import'],
  action: 'backup.import',
  whose: 'configured',
  summary: 'Make a snapshot of an archive of `backup export`, or only verify it',
  description:
    'Names, sizes and headers are checked before anything is stored, contents while they are: when anything is wrong, there is no ' +
    'snapshot. Nothing is extracted. Paths, kinds, modes, times and links come back as they were. An archive from somebody you do not ' +
    'trust may tell of any path: restore it to a folder, not in place.',
  arguments: [{ name: '<file>', description: 'FILE.zip or FILE.zip.age' }],
  options: [
    { flags: '--tenant <name>', description: 'whose data it is (default: tenant of the configuration, else default)' },
    { flags: '--name <name>', description: 'a name to find it by (default: the one it had)' },
    { flags: '--note <text>', description: 'a remark (default: the one it had)' },
    {
      flags: '--tag <tag>',
      description: 'a word or key=value (default: those it had); may be repeated',
      repeatable: true,
    },
    {
      flags: '--profile <profile>',
      description: 'compression (default: profile of the configuration, else maximum)',
      choices: ['auto', 'fast', 'balanced', 'maximum', 'none'],
    },
    { flags: '--archive-identity <file>', description: 'file with an identity of age that opens the archive' },
    {
      flags: '--manifest-sha256 <hex>',
      description: 'what `backup export` has told: another archive is refused',
      parse: sha256,
    },
    { flags: '--verify-only', description: 'read and check all of it, and store nothing; needs no repository' },
  ],
  examples: [
    { call: 'holdfast backup import /mnt/usb/shop.zip --tenant shop', does: 'A snapshot from a stick' },
    { call: 'holdfast backup import shop.zip.age --archive-identity ann.txt', does: 'One that is encrypted' },
    { call: 'holdfast backup import shop.zip --verify-only', does: 'Whether it is whole' },
  ],
  output: { shape: 'ArchiveImported' },
  run,
};
