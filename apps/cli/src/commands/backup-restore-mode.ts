import type { Repository, SnapshotRecord } from '@x/backup-store';
import type { RecordRestorePlan, SnapshotRestore } from '@x/backup-store/merge';
import { saveTarget } from '../compose/into-safety.ts';
import { type MergeFlags, prepareMerge } from '../compose/merge.ts';
import { mergeTarget } from '../compose/merge-target.ts';
import { CliError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';

/** Conflicts that are shown; `--json` has up to a thousand. */
const SHOWN = 20;

/** What else a restore of records is called with. */
export interface ModeFlags extends MergeFlags {
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** `false` with `--no-safety-backup`. */
  readonly safetyBackup: boolean;
}

const BASIS: Readonly<Record<SnapshotRestore['basis']['reason'], string>> = {
  named: 'three-way, from the base that was named',
  'restored-from': 'three-way, from the snapshot that was restored last',
  'never-restored': 'two-way by times: no restore into this database is known',
  'same-snapshot': 'two-way by times: the data comes from this snapshot',
  'restored-later': 'two-way by times: the data comes from a later snapshot',
  'made-since': 'two-way by times: this snapshot is of the data itself',
  'base-forgotten': 'two-way by times: the snapshot that was restored last was forgotten',
};

function planLines(restore: SnapshotRestore, plan: RecordRestorePlan): string[] {
  const { modules, conflicts, conflictList, mode, erased } = plan;
  const lines = mode === 'merge' ? [`merge: ${BASIS[restore.basis.reason]}`] : [];
  for (const { module, added, replaced, deleted, kept, skipped } of modules)
    lines.push(
      `${displayText(module)}: ${added} to add, ${replaced} to replace, ${deleted} to delete, ${kept} stay, ${skipped} stay away`,
    );
  if (erased > 0) lines.push(`${formatNumberOf(erased, 'record')} erased for good`);
  if (conflicts > 0) lines.push(`${formatNumberOf(conflicts, 'conflict')}:`);
  for (const { module, id, action, reason } of conflictList.slice(0, SHOWN))
    lines.push(`  ${displayText(`${module}/${id}`)}: ${action} (${reason})`);
  if (conflicts > SHOWN) lines.push(`  and ${conflicts - SHOWN} more; --json lists them`);
  return lines;
}

async function confirm(context: Context, lines: readonly string[], yes: boolean): Promise<void> {
  // Whoever is asked is told what about, even with --quiet.
  const say = (line: string): void => (yes ? context.messages.note(line) : context.messages.warn(line));
  for (const line of lines) say(line);
  if (yes) return;
  if (!context.prompt.available) {
    throw new CliError('NOT_CONFIRMED', 'Expected a confirmation of the restore of records, got none', {
      hint: 'Look at the plan with --dry-run, then confirm it with --yes.',
    });
  }
  if (await context.prompt.confirm('Go on?')) return;
  throw new CliError('NOT_CONFIRMED', 'The restore was not confirmed; nothing was changed');
}

/** Restores records into a database: plans, asks, and does what was planned or nothing. */
export async function restoreMode(
  context: Context,
  repository: Repository,
  { record, flags }: { readonly record: SnapshotRecord; readonly flags: ModeFlags },
): Promise<ExitCode> {
  const { dryRun = false, yes = false, safetyBackup } = flags;
  await using target = mergeTarget(context, flags.into);
  const restore = await prepareMerge(context, repository, { record, flags, target });
  const plan = await context.timed('plan', async () => await restore.plan());
  const lines = planLines(restore, plan);
  const { basis, deletionsFrom } = restore;
  let [changes, safetySnapshot]: [changes?: number, safetySnapshot?: string] = [];
  if (!dryRun) {
    await confirm(context, lines, yes);
    if (safetyBackup && plan.added + plan.replaced + plan.deleted > 0) {
      const source = await target.current();
      safetySnapshot = await saveTarget(context, repository, { source, url: flags.into ?? '', record });
    }
    ({ changes } = await context.timed('restore', async () => await restore.apply(plan)));
  }
  if (context.json)
    await emitObject(context.output, 'RestoreRun', {
      status: 'ok',
      dryRun,
      safetySnapshot,
      records: { snapshot: record.id, basis, deletionsFrom, plan, changes },
    });
  else if (dryRun) await context.output.write(`${lines.join('\n')}\n`);
  else if (!context.messages.quiet)
    await context.output.line(
      `restore of records: ${context.output.colors.green('ok')}; ${formatNumberOf(changes ?? 0, 'change')}`,
    );
  return EXIT.ok;
}
