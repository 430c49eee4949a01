import type { DumpCheck } from '@x/backup-store/analyze';
import { analyzePaths, checkDumps } from '../compose/analysis.ts';
import { demandBytes } from '../config/bytes.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { analysisLines, checkLine } from '../render/analysis.ts';
import { sayProblems } from '../render/problems.ts';

interface AnalyzeFlags {
  readonly to?: string | undefined;
  readonly rate?: number | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly verify?: boolean | undefined;
}

function demandAlone({ to, rate, exclude }: AnalyzeFlags): void {
  const other = Object.entries({ to, rate, exclude }).find(([, value]) => value !== undefined);
  if (other === undefined) return;
  throw usageError(
    `Expected --verify without --${other[0]}, got both`,
    'Checking files and foreseeing backups are two calls.',
  );
}

function exitCodeOfChecks(checks: readonly DumpCheck[]): ExitCode {
  if (checks.some(({ verdict }) => verdict === 'damaged' || verdict === 'incomplete')) return EXIT.damaged;
  return checks.some(({ verdict }) => verdict === 'unknown') ? EXIT.partial : EXIT.ok;
}

async function verify(context: Context, paths: readonly string[]): Promise<ExitCode> {
  const { output, messages, json } = context;
  const { green, yellow, red } = output.colors;
  const colors = { sound: green, unknown: yellow, incomplete: red, damaged: red };
  const checks = await checkDumps(context, paths, async (check) => {
    if (json || (messages.quiet && check.verdict === 'sound')) return;
    await output.line(checkLine(check, colors[check.verdict]));
  });
  if (json) await emitObject(output, 'AnalysisRun', { analyses: [], checks });
  return exitCodeOfChecks(checks);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as AnalyzeFlags;
  const { output, messages } = context;
  if (flags.verify === true) {
    demandAlone(flags);
    return await verify(context, input.arguments);
  }
  const { to, exclude, rate } = flags;
  const analyses = await analyzePaths(context, input.arguments, { to, exclude, bytesPerSecond: rate });
  if (context.json) await emitObject(output, 'AnalysisRun', { analyses, checks: [] });
  for (const [nth, analysis] of analyses.entries()) {
    sayProblems(messages, analysis.problems);
    if (context.json) continue;
    if (messages.quiet) await output.line(analysis.recommended.profile);
    else await output.write(`${nth === 0 ? '' : '\n'}${analysisLines(analysis).join('\n')}\n`);
  }
  return analyses.some(({ problems }) => problems.length > 0) ? EXIT.partial : EXIT.ok;
}

/** `holdfast backup analyze`. */
export const backupAnalyze: CommandDefinition = {
  path: ['backup', 'analyze'],
  action: 'backup.list',
  summary: 'Say how small a backup would be with each profile, or whether dumps of other tools are whole',
  description:
    'Without --verify: some of the content is compressed with every profile as a backup would do it, the rest is foreseen from ' +
    'that: sizes, times on this machine, and which profile to choose. What is there twice counts twice. With --verify, files are ' +
    'read to their end instead and held to what their format has for that: checksums of gzip, zstd, Redis and custom dumps of ' +
    'PostgreSQL, completion lines of SQL dumps (packed as well), integrity_check of SQLite. Exits with 6 when one is damaged ' +
    'or incomplete, and with 3 when nothing in one can tell.',
  arguments: [{ name: '<path...>', description: 'files or folders; with --verify, files' }],
  options: [
    { flags: '--to <place>', description: 'repository or folder of the backup: its free space counts' },
    {
      flags: '--rate <bytes>',
      description: 'what that place takes a second, as 10MB: the profile that is done first is recommended',
      parse: demandBytes,
    },
    { flags: '--exclude <pattern>', description: 'leave out, as in .gitignore; may be repeated', repeatable: true },
    { flags: '--verify', description: 'check whether the files are whole' },
  ],
  examples: [
    { call: 'holdfast backup analyze ~/projects --to /backups/work', does: 'Which profile, and does it fit?' },
    { call: 'holdfast backup analyze /srv/uploads --rate 10MB', does: 'Which is done first through a slow line?' },
    { call: 'holdfast backup analyze --verify nightly.sql.gz dump.rdb', does: 'Are these dumps whole?' },
  ],
  output: { shape: 'AnalysisRun' },
  run,
};
