import {
  type CompressionLevel,
  type ExportFileResult,
  type ExportZipResult,
  writeFile,
  writeZip,
} from '../compose/archives.ts';
import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, type FilterFlags, parseReference, snapshotPath } from '../compose/reference.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { factLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface ExportFlags extends FilterFlags {
  readonly to: string;
  readonly encryptTo?: readonly string[] | undefined;
  readonly compress?: 'store' | 'deflate' | undefined;
  readonly level?: CompressionLevel | undefined;
  readonly gzip?: boolean | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

function levelOf(text: string): CompressionLevel {
  if (/^[1-9]$/.test(text)) return Number(text) as CompressionLevel;
  throw usageError(
    `Expected a level from 1 to 9, got ${JSON.stringify(text)}`,
    'For no compression, use --compress store.',
  );
}

/** Whether one file is meant, or an archive. @throws {CliError} `USAGE`. */
function isFile({ to, gzip, compress, include = [], exclude = [] }: ExportFlags): boolean {
  const isZip = to === '-' || /\.zip(?:\.age)?$/i.test(to);
  const isGzip = gzip === true || /\.gz(?:\.age)?$/i.test(to);
  if (isGzip && compress === undefined && include.length + exclude.length === 0) return true;
  if (isGzip)
    throw usageError(
      'Expected --compress, --include and --exclude for an archive only, got one file',
      'Leave them out.',
    );
  if (isZip) return false;
  throw usageError(
    `Expected --to to end in .zip or .gz (and .age when it is encrypted), got ${JSON.stringify(to)}`,
    'Name the file by what is to be in it: FILE.zip for an archive, FILE.gz for one file.',
  );
}

async function render(context: Context, to: string, result: ExportZipResult | ExportFileResult): Promise<void> {
  const facts: (readonly [string, string])[] = [
    'files' in result
      ? ['content', `${formatNumberOf(result.files, 'file')}, ${formatBytes(result.bytes)}`]
      : ['content', `${displayText(result.path)}, ${formatBytes(result.bytes)}`],
    ['size', `${formatBytes(result.size)}${result.encrypted ? ', encrypted' : ''}`],
    ['sha256', result.sha256],
    ...('manifestSha256' in result ? [['manifest', result.manifestSha256] as const] : []),
  ];
  const lines = [`snapshot ${shortId(result.snapshot)} exported to ${displayText(to)}`, ...factLines(facts, '  ')];
  // What is exported to standard output is all that stands there.
  if (to === '-') for (const line of lines) context.messages.note(line);
  else if (context.messages.quiet) await context.output.line(result.sha256);
  else await context.output.write(`${lines.join('\n')}\n`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as ExportFlags;
  const [text = ''] = input.arguments;
  const { snapshot: wanted, path: given } = parseReference(text);
  const { to, encryptTo: recipients, compress: compression, level, include, exclude } = flags;
  const isOne = isFile(flags);
  if (compression === 'store' && level !== undefined)
    throw usageError('Expected no --level with --compress store, got one', 'Leave one of them out.');
  if (to === '-' && context.json) throw usageError('Expected a file for --to with --json, got -', 'Name a file.');
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot: wanted, flags });
  const path = given === undefined ? undefined : snapshotPath(record, given);
  const progress = createProgressReporter(context.messages);
  const { signal } = context;
  const request = { repository, snapshot: record.id, to, recipients, path, signal, onProgress: progress.onProgress };
  const work = (): Promise<ExportZipResult | ExportFileResult> =>
    isOne
      ? writeFile(context, { ...request, level, gzip: true })
      : writeZip(context, { ...request, compression, level, include, exclude });
  const result = await context.timed('export', work).finally(() => progress.end());
  if (!context.json) await render(context, to, result);
  else if ('manifestSha256' in result) await emitObject(context.output, 'ArchiveExported', { to, ...result });
  else await emitObject(context.output, 'FileExported', { to, ...result });
  return EXIT.ok;
}

/** `holdfast backup export`. */
export const backupExport: CommandDefinition = {
  path: ['backup', 'export'],
  action: 'backup.read',
  summary: 'Write a snapshot to one ZIP archive, or one file of it to .gz',
  description:
    'The archive has files, folders and symlinks under their paths, and a manifest with the SHA-256 of each file and all that ZIP ' +
    "can't say. Any program can open it, and `backup import` makes the same snapshot of it in any repository. The same snapshot " +
    'gives the same bytes, unless it is encrypted. A file appears when it is complete, and replaces nothing. With .gz: one file, ' +
    'by default the only one that a database or a program has given, and --json prints a FileExported.',
  arguments: [{ name: '<id[:path]>', description: `${REFERENCE_ARGUMENT}; with a path: only that` }],
  options: [
    { flags: '--to <file>', description: 'FILE.zip, FILE.zip.age, FILE.gz, or - for standard output', required: true },
    {
      flags: '--encrypt-to <recipient>',
      description: 'encrypt it with age for this public key (age1… or age1pq1…); may be repeated',
      repeatable: true,
    },
    {
      flags: '--compress <how>',
      description: 'deflate what shrinks (default), or store everything as it is, which is many times faster',
      choices: ['deflate', 'store'],
    },
    {
      flags: '--level <1-9>',
      description: 'how hard it compresses: 1 is quick, 9 (default) gives the smallest archive',
      parse: levelOf,
    },
    { flags: '--gzip', description: 'one file as .gz, whatever --to is called' },
    { flags: '--include <glob>', description: 'only what matches; may be repeated', repeatable: true },
    { flags: '--exclude <glob>', description: 'all but what matches; may be repeated', repeatable: true },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup export latest --to /mnt/usb/shop.zip', does: 'All of the newest snapshot' },
    {
      call: 'holdfast backup export latest --to shop.zip.age --encrypt-to age1…',
      does: 'For one who has the identity',
    },
    { call: 'holdfast backup export latest:postgres/shop.sql --to shop.sql.gz', does: 'One dump' },
  ],
  output: { shape: 'ArchiveExported' },
  run,
};
