import type { Finding, SampleSize, VerifyLevel, VerifyReport } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, type FilterFlags } from '../compose/reference.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatCount, formatNumberOf } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatDuration, formatTime } from '../render/time.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';
import { sampleSize } from './sample-size.ts';

interface VerifyFlags extends FilterFlags {
  readonly level?: VerifyLevel | undefined;
  readonly sample?: SampleSize | undefined;
}

function findingLines(finding: Finding, all: boolean): readonly string[] {
  const paths = all ? finding.paths : finding.paths.slice(0, 5);
  const lines = [`${finding.code} ${finding.object}: ${displayText(finding.message)}`];
  if (finding.snapshots.length > 0) lines.push(`  snapshots ${finding.snapshots.map(shortId).join(' ')}`);
  lines.push(...paths.map((path) => `  path ${displayText(path)}`));
  if (paths.length < finding.paths.length) lines.push('  ... --verbose lists more paths');
  lines.push(`  hint: ${displayText(finding.hint)}`);
  return lines;
}

/** How long ago all of it was read; what a single run has read says little when each reads a part. */
function memory({ packs, packsUnchecked, oldestCheckedAt }: VerifyReport): string {
  if (packs === 0) return '';
  const never = `${formatNumberOf(packsUnchecked, 'pack')} of ${formatCount(packs)} never checked in full from here`;
  if (oldestCheckedAt === undefined) return never;
  const since = `since ${formatTime(oldestCheckedAt)}`;
  return packsUnchecked === 0 ? `every pack checked in full ${since}` : `${never}, the others ${since}`;
}

async function render(context: Context, report: VerifyReport): Promise<void> {
  const { output, messages } = context;
  const { green, yellow, red } = output.colors;
  const color = { ok: green, partial: yellow, failed: red }[report.status];
  for (const finding of report.findings) {
    await output.write(`${findingLines(finding, messages.verbose).join('\n')}\n`);
  }
  if (messages.quiet) return;
  const verdict =
    report.findings.length === 0 ? 'ok' : `${report.status}, ${formatNumberOf(report.findings.length, 'finding')}`;
  await output.line(
    `verify ${report.level}: ${color(verdict)}; ${formatNumberOf(report.objects, 'object')}, ` +
      `${formatNumberOf(report.packs, 'pack')}, ${formatNumberOf(report.blobs, 'blob')}, ` +
      `${formatNumberOf(report.snapshots, 'snapshot')}; content of ${formatBytes(report.bytesChecked)} checked ` +
      `(${(report.coverage * 100).toFixed(report.coverage === 1 ? 0 : 1)} % of what is stored) in ${formatDuration(report.durationMs)}`,
  );
  const remembered = memory(report);
  if (remembered !== '') await output.line(remembered);
}

/** `--sample` means level `sample`. */
function levelOf({ level, sample }: VerifyFlags, wanted: string | undefined): VerifyLevel | undefined {
  if (sample !== undefined && level !== undefined && level !== 'sample') {
    throw usageError(`Expected --sample with --level sample only, got --level ${level}`, 'Leave one of the two out.');
  }
  const chosen = sample === undefined ? level : 'sample';
  if (chosen === 'sample' && wanted !== undefined) {
    throw usageError(
      `Expected a sample of the whole repository, got one of snapshot ${wanted}`,
      'Use --level full for one snapshot.',
    );
  }
  return chosen;
}

const EXITS = { ok: EXIT.ok, partial: EXIT.partial, failed: EXIT.damaged } as const;

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as VerifyFlags;
  const [wanted] = input.arguments;
  const level = levelOf(flags, wanted);
  await using repository = await openConfigured(context);
  const snapshot =
    wanted === undefined ? undefined : (await findSnapshot(context, repository, { snapshot: wanted, flags })).id;
  const progress = createProgressReporter(context.messages);
  const { sample } = flags;
  const options = { level, sample, snapshot, signal: context.signal, onProgress: progress.onProgress };
  const report = await context.timed('verify', () => repository.verify(options)).finally(() => progress.end());
  if (context.json) await emitObject(context.output, 'VerifyReport', report);
  else await render(context, report);
  return EXITS[report.status];
}

/** `holdfast backup verify`. */
export const backupVerify: CommandDefinition = {
  path: ['backup', 'verify'],
  action: 'backup.verify',
  aliases: ['check'],
  summary: 'Check that what is stored is what was backed up',
  description:
    'quick: names and sizes. structure (default): also index, catalogs and directories of packs. ' +
    'sample: also the content of some packs, those that were not read for longest, so that runs that repeat come round to ' +
    'all of them. full: also the digest of every stored piece of data. Exits with 6 when data is lost, and with 3 when ' +
    'only a spare copy is.',
  arguments: [{ name: '[id]', description: `only what this snapshot needs: ${REFERENCE_ARGUMENT}` }],
  options: [
    { flags: '--level <level>', description: 'how much is read', choices: ['quick', 'structure', 'sample', 'full'] },
    {
      flags: '--sample <size>',
      description: 'how much of the packs a sample reads: a share (10%), bytes (500MB) or a time (2m); default 5%',
      parse: sampleSize,
    },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup verify', does: 'Is the structure sound?' },
    { call: 'holdfast backup verify --sample 5%', does: 'Each day: all of it is read within 20 days' },
    { call: 'holdfast backup verify latest --level full', does: 'Read every byte that the newest snapshot needs' },
  ],
  output: { shape: 'VerifyReport' },
  run,
};
