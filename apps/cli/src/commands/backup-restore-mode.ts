import type { Repository, SnapshotRecord } from '@x/backup-store';
import type { RecordRestorePlan, SnapshotRestore } from '@x/backup-store/merge';
import { restoreGuarded } from '../compose/guarded.ts';
import { intoMerge, type MergeFlags, prepareMerge } from '../compose/merge.ts';
import type { MergeTarget } from '../compose/merge-target.ts';
import type { SafetyFlags } from '../compose/safety.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';

/** Conflicts that are shown; `--json` has up to a thousand. */
const SHOWN = 20;

/** What else a restore of records is called with. */
export interface ModeFlags extends MergeFlags, SafetyFlags {
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

const BASIS: Readonly<Record<SnapshotRestore['basis']['reason'], string>> = {
  named: 'three-way, from the base that was named',
  'restored-from': 'three-way, from the snapshot that was restored last',
  'never-restored': 'two-way by times: no restore into it is known',
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

/** Restores records into a database: plans, asks, and does what was planned or nothing. */
export async function restoreMode(
  context: Context,
  repository: Repository,
  {
    record,
    flags,
    target,
  }: { readonly record: SnapshotRecord; readonly flags: ModeFlags; readonly target: MergeTarget },
): Promise<ExitCode> {
  const { dryRun = false, yes = false } = flags;
  const restore = await prepareMerge(context, repository, { record, flags, target });
  const plan = await context.timed('plan', async () => await restore.plan());
  const lines = planLines(restore, plan);
  const { basis, deletionsFrom } = restore;
  if (!dryRun) await demandConfirmation(context, { what: 'restore of records', lines, yes });
  const isNeeded = plan.added + plan.replaced + plan.deleted > 0;
  // What changes nothing needs no way back and nobody to rest, and is noted all the same.
  const rest = { stopCommand: undefined, startCommand: undefined };
  const how = isNeeded ? flags : { ...flags, ...rest, safetyBackup: false, isQuiet: true };
  const into = await intoMerge({ restore, plan, target });
  const url = target.isFiles ? undefined : flags.into;
  const done = dryRun ? undefined : await restoreGuarded(context, repository, { record, into, flags: how, url });
  const { safetySnapshot, validation } = done ?? {};
  const changes = done?.result.changes;
  if (context.json)
    await emitObject(context.output, 'RestoreRun', {
      status: 'ok',
      dryRun,
      safetySnapshot,
      validation,
      records: { snapshot: record.id, basis, deletionsFrom, plan, changes },
    });
  else if (dryRun) await context.output.write(`${lines.join('\n')}\n`);
  else if (!context.messages.quiet)
    await context.output.line(
      `restore of records: ${context.output.colors.green('ok')}; ${formatNumberOf(changes ?? 0, 'change')}`,
    );
  return EXIT.ok;
}
