import type {
  OverwriteMode,
  Repository,
  RestoreOptions,
  RestorePlan,
  RestoreResult,
  SafeRestoreResult,
  SnapshotRecord,
} from '@x/backup-store';
import { restoreOver, type SafetyFlags } from '../compose/safety.ts';
import { resolvePath } from '../config/locations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOfRun, type ExitCode } from '../process/exit-codes.ts';
import { giveThreadsRoom } from '../process/v8-flags.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf, formatRate } from '../render/bytes.ts';
import { planLines } from '../render/plan.ts';
import { sayProblems } from '../render/problems.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatDuration } from '../render/time.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';

/** Options of `backup restore` that concern files. */
export interface FilesFlags extends SafetyFlags {
  readonly to?: string | undefined;
  readonly inPlace?: boolean | undefined;
  readonly module?: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly overwrite?: OverwriteMode | undefined;
  readonly delete?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** What was done, whichever way the restore went. */
interface Outcome {
  readonly plan?: RestorePlan | undefined;
  readonly safetySnapshot?: string | undefined;
  readonly result?: RestoreResult | undefined;
  readonly validation?: SafeRestoreResult['validation'] | undefined;
  readonly rollback?: SafeRestoreResult['rollback'] | undefined;
}

async function renderOutcome(context: Context, outcome: Outcome): Promise<void> {
  const { plan, result, validation, rollback } = outcome;
  const { output, messages } = context;
  if (result === undefined) {
    if (plan !== undefined) await output.write(`${planLines(plan, messages.verbose).join('\n')}\n`);
    return;
  }
  sayProblems(messages, [...result.problems, ...(validation?.problems ?? []), ...(rollback?.problems ?? [])]);
  if (messages.quiet) return;
  const { green, yellow, red } = output.colors;
  const color = { ok: green, partial: yellow, failed: red }[result.status];
  const where = result.target === '/' ? 'to the original paths' : `to ${displayText(result.target)}`;
  const problems = result.problems.length === 0 ? '' : `, ${formatNumberOf(result.problems.length, 'problem')}`;
  await output.line(
    `restore ${where}: ${color(result.status)}${problems}; ${formatNumberOf(result.filesWritten, 'file')} written, ` +
      `${formatNumberOf(result.entriesKept, 'entry', 'entries')} kept, ${formatNumberOf(result.entriesDeleted, 'entry', 'entries')} deleted; ` +
      `${formatBytes(result.bytesWritten)} in ${formatDuration(result.durationMs)}, ${formatRate(result.bytesWritten, result.durationMs)}`,
  );
  await renderRollback(context, outcome);
}

/** What failed its validation counts as failed, though what was there before is back. */
function statusOf({ result, validation }: Outcome): RestoreResult['status'] {
  return validation?.status === 'failed' ? 'failed' : (result?.status ?? 'ok');
}

async function renderRollback({ output }: Context, { validation, rollback, safetySnapshot }: Outcome): Promise<void> {
  if (validation?.status !== 'failed') return;
  const { green, red } = output.colors;
  const back =
    rollback === undefined
      ? red('nothing was rolled back: there is no safety backup')
      : rollback.status === 'ok'
        ? green('rolled back: everything is as it was before')
        : red(`rolled back ${rollback.status}, ${formatNumberOf(rollback.problems.length, 'problem')}`);
  const safety = safetySnapshot === undefined ? '' : `; safety snapshot ${shortId(safetySnapshot)}`;
  await output.line(`validation: ${red('failed')}; ${back}${safety}`);
}

/** Which files are restored, and where to. */
interface FilesRequest {
  readonly record: SnapshotRecord;
  /** In the snapshot. */
  readonly path: string | undefined;
  readonly flags: FilesFlags;
}

function optionsOf(context: Context, { record, path, flags }: FilesRequest): RestoreOptions {
  const { to, module, inPlace, include, exclude, overwrite, delete: deletes } = flags;
  return {
    snapshot: record.id,
    path,
    modules: module,
    to: to === undefined ? undefined : resolvePath(to, context.workingDirectory),
    inPlace,
    include,
    exclude,
    overwrite,
    delete: deletes,
    signal: context.signal,
  };
}

/** Whether something that is there may be replaced or deleted. */
const isOver = ({ overwrite = 'never', delete: deletes = false }: FilesFlags): boolean =>
  overwrite !== 'never' || deletes;

/** `holdfast backup restore ID --to DIR`, and `--in-place`. */
export async function restoreFiles(context: Context, repository: Repository, request: FilesRequest): Promise<ExitCode> {
  const { flags } = request;
  const { dryRun = false } = flags;
  const progress = createProgressReporter(context.messages);
  const options = { ...optionsOf(context, request), onProgress: progress.onProgress };
  const quietly = <T>(what: string, step: () => Promise<T>): Promise<T> =>
    context.timed(what, step).finally(() => progress.end());
  let outcome: Outcome = {};
  if (dryRun || flags.inPlace) outcome = { plan: await quietly('plan', () => repository.planRestore(options)) };
  if (!dryRun && outcome.plan !== undefined) {
    const lines = planLines(outcome.plan, context.messages.verbose);
    await demandConfirmation(context, { what: 'restore in place', lines, yes: flags.yes ?? false });
    giveThreadsRoom();
    outcome = await restoreOver(context, repository, { options, flags });
  } else if (!dryRun && isOver(flags)) {
    giveThreadsRoom();
    const { plan: _plan, ...done } = await restoreOver(context, repository, { options, flags });
    outcome = done;
  } else if (!dryRun) {
    giveThreadsRoom();
    outcome = { ...outcome, result: await quietly('restore', () => repository.restore(options)) };
  }
  const status = statusOf(outcome);
  if (context.json) {
    const { plan, safetySnapshot, result, validation, rollback } = outcome;
    await emitObject(context.output, 'RestoreRun', {
      status,
      dryRun,
      plan,
      safetySnapshot,
      result,
      validation,
      rollback,
    });
  } else await renderOutcome(context, outcome);
  return status === 'ok' ? EXIT.ok : exitCodeOfRun(status, outcome.result?.problems ?? []);
}
