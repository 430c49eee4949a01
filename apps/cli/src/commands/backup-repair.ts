import type { RepairResult } from '@x/backup-store';
import { now } from '../clock.ts';
import { openConfigured } from '../compose/compose.ts';
import { emitObject } from '../output/emit.ts';
import { exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { END_DEAD_BACKUPS, openBackupLine } from '../render/prune.ts';
import { repairLines } from '../render/repair.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { patienceOf, PRUNE_OPTIONS } from './prune-options.ts';

interface RepairFlags {
  readonly dryRun?: boolean | undefined;
  readonly readData?: boolean | undefined;
}

async function render({ output, messages }: Context, result: RepairResult, dryRun: boolean): Promise<void> {
  for (const open of result.waitsFor) messages.warn(`The repair waits for a backup: ${openBackupLine(open, now())}`);
  if (result.waitsFor.length > 0) messages.warn(`${messages.colors.yellow('hint:')} ${END_DEAD_BACKUPS}`);
  if (messages.quiet && result.status === 'ok') return;
  const view = { all: messages.verbose, dryRun, colors: output.colors };
  await output.write(`${repairLines(result, view).join('\n')}\n`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false, readData = false } = input.options as RepairFlags;
  const { settings } = await context.effective();
  await using repository = await openConfigured(context);
  const progress = createProgressReporter(context.messages);
  const options = {
    dryRun,
    readData,
    ...patienceOf(settings),
    signal: context.signal,
    onProgress: progress.onProgress,
  };
  const result = await context.timed('repair', () => repository.repair(options)).finally(() => progress.end());
  if (context.json) await emitObject(context.output, 'RepairRun', { dryRun, ...result });
  else await render(context, result, dryRun);
  return exitCodeOfRun(result.status, []);
}

const SHARED = ['--wait <duration>', '--fence-after <duration>'];

/** `holdfast backup repair`. */
export const backupRepair: CommandDefinition = {
  path: ['backup', 'repair'],
  action: 'backup.repair',
  summary: 'Mend what can be mended, and say what is lost',
  description:
    'Builds the index anew where it is damaged, writes what can still be read of damaged packs to new ones, restores second ' +
    'copies, and gives up snapshots whose commits can not be read. Snapshots that lack something stay and say so; a ' +
    'backup of a source that still has the data makes them whole. Exits with 3 when anything is lost.',
  options: [
    { flags: '--dry-run', description: 'say what is damaged and what would be given up; change nothing' },
    { flags: '--read-data', description: 'read the content of all packs to find what is damaged' },
    ...PRUNE_OPTIONS.filter(({ flags }) => SHARED.includes(flags)),
  ],
  examples: [
    { call: 'holdfast backup repair --read-data --dry-run', does: 'What is damaged, and what would that cost?' },
    { call: 'holdfast backup repair --read-data', does: 'Mend it' },
    { call: 'holdfast backup repair --fence-after 0s', does: 'No backup is running: do not wait for what crashed' },
  ],
  output: { shape: 'RepairRun' },
  run,
};
