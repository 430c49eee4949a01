import type { Finding, VerifyLevel, VerifyReport } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, type FilterFlags } from '../compose/reference.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatDuration } from '../render/time.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface VerifyFlags extends FilterFlags {
  readonly level?: VerifyLevel | undefined;
}

function findingLines(finding: Finding, all: boolean): readonly string[] {
  const paths = all ? finding.paths : finding.paths.slice(0, 5);
  const lines = [`${finding.code} ${finding.object}: ${displayText(finding.message)}`];
  if (finding.snapshots.length > 0) lines.push(`  snapshots ${finding.snapshots.map(shortId).join(' ')}`);
  lines.push(...paths.map((path) => `  path ${displayText(path)}`));
  if (paths.length < finding.paths.length) lines.push('  ... --verbose lists more paths');
  return lines;
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
}

const EXITS = { ok: EXIT.ok, partial: EXIT.partial, failed: EXIT.damaged } as const;

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as VerifyFlags;
  const [wanted] = input.arguments;
  await using repository = await openConfigured(context);
  const snapshot =
    wanted === undefined ? undefined : (await findSnapshot(context, repository, { snapshot: wanted, flags })).id;
  const progress = createProgressReporter(context.messages);
  const options = { level: flags.level, snapshot, signal: context.signal, onProgress: progress.onProgress };
  const report = await context.timed('verify', () => repository.verify(options)).finally(() => progress.end());
  if (context.json) await emitObject(context.output, 'VerifyReport', report);
  else await render(context, report);
  return EXITS[report.status];
}

/** `holdfast backup verify`. */
export const backupVerify: CommandDefinition = {
  path: ['backup', 'verify'],
  aliases: ['check'],
  summary: 'Check that what is stored is what was backed up',
  description:
    'quick: names and sizes. structure (default): also index, catalogs and directories of packs. ' +
    'full: also the digest of every stored piece of data. Exits with 6 when data is lost.',
  arguments: [{ name: '[id]', description: `only what this snapshot needs: ${REFERENCE_ARGUMENT}` }],
  options: [
    { flags: '--level <level>', description: 'how much is read', choices: ['quick', 'structure', 'full'] },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup verify', does: 'Is the structure sound?' },
    { call: 'holdfast backup verify latest --level full', does: 'Read every byte that the newest snapshot needs' },
  ],
  output: { shape: 'VerifyReport' },
  run,
};
