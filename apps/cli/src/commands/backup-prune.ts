import type { PrunePlan, PruneResult, PruneWait } from '@x/backup-store';
import { now } from '../clock.ts';
import { openConfigured } from '../compose/compose.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { END_DEAD_BACKUPS, prunePlanLines, pruneResultLines, waitingLines, waitLines } from '../render/prune.ts';
import { displayText } from '../render/text.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import { patienceOf, PRUNE_OPTIONS } from './prune-options.ts';

interface PruneFlags {
  readonly dryRun?: boolean | undefined;
  readonly tenant?: string | undefined;
}

/** What the steps of a prune count. */
const COUNTED = {
  plan: 'catalogs read',
  wait: 'backups ended',
  repack: 'frames written',
  delete: 'packs deleted',
} as const;

function warnOfHeld(messages: Context['messages'], { held }: Pick<PruneResult, 'held'>): void {
  for (const name of held) messages.warn(`Tenant ${displayText(name)} is under a legal hold: nothing of it goes.`);
}

async function renderPlan({ output, messages }: Context, plan: PrunePlan): Promise<void> {
  warnOfHeld(messages, plan);
  const lines = prunePlanLines(plan, { all: messages.verbose, nowMs: now() });
  await output.write(lines.map((line) => `${line}\n`).join(''));
}

async function renderResult({ output, messages }: Context, result: PruneResult): Promise<void> {
  const waiting = waitingLines(result, now());
  for (const line of waiting) messages.warn(line);
  if (waiting.length > 0) messages.warn(`${messages.colors.yellow('hint:')} ${END_DEAD_BACKUPS}`);
  warnOfHeld(messages, result);
  if (messages.quiet) return;
  await output.write(`${pruneResultLines(result, output.colors).join('\n')}\n`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false, tenant } = input.options as PruneFlags;
  const { settings } = await context.effective();
  await using repository = await openConfigured(context);
  const progress = createProgressReporter(context.messages, COUNTED);
  const options = {
    ...patienceOf(settings),
    maxUnusedPercent: settings['prune.maxUnusedPercent'],
    tenant,
    signal: context.signal,
    onProgress: progress.onProgress,
    // Also with --quiet: a program that seems to hang is worse than a line.
    onWait: (waiting: PruneWait): void => {
      for (const line of waitLines(waiting, now())) context.messages.warn(line);
    },
  };
  if (dryRun) {
    const plan = await context.timed('plan', () => repository.planPrune(options)).finally(() => progress.end());
    if (context.json) await emitObject(context.output, 'PruneRun', { status: 'ok', dryRun, plan });
    else await renderPlan(context, plan);
    return EXIT.ok;
  }
  const result = await context.timed('prune', () => repository.prune(options)).finally(() => progress.end());
  if (context.json) await emitObject(context.output, 'PruneRun', { status: result.status, dryRun, result });
  else await renderResult(context, result);
  return exitCodeOfRun(result.status, []);
}

/** `holdfast backup prune`. */
export const backupPrune: CommandDefinition = {
  path: ['backup', 'prune'],
  action: 'backup.prune',
  aliases: ['gc'],
  summary: 'Delete what no snapshot needs any more',
  description:
    'Backups and restores may go on meanwhile, here and on other machines. What is deleted was needed by no snapshot when the ' +
    'round began; backups that began before are waited for (which is told on stderr, with --quiet too; `--wait 0s` does not wait), ' +
    'and ended when they are silent for too long. Exits with 3 ' +
    'when a round waits for a backup (the next prune goes on with it), and with 7 when something that snapshots need ' +
    'can not be read: nothing is deleted then.',
  options: PRUNE_OPTIONS,
  examples: [
    { call: 'holdfast backup prune --dry-run', does: 'What would be deleted, and what would it cost?' },
    { call: 'holdfast backup prune', does: 'Delete it' },
    { call: 'holdfast backup prune --max-unused 0', does: 'As small as it gets, whatever has to be written again' },
    { call: 'holdfast backup prune --fence-after 0s', does: 'No backup is running: do not wait for what crashed' },
  ],
  output: { shape: 'PruneRun' },
  run,
};
