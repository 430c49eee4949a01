import type { ForgetResult, Repository, SnapshotFilter, SnapshotRecord } from '@x/backup-store';
import { decideSnapshots, type ExplainedDecision, type KeepFlags } from '../compose/retention.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

/** What was decided, and done. */
export interface ForgottenByPolicy {
  readonly decided: readonly ExplainedDecision[];
  readonly records: readonly SnapshotRecord[];
  readonly result: ForgetResult;
}

/** The plan with its reasons, oldest snapshot first. */
export function decisionTable({ decided, records }: ForgottenByPolicy): readonly string[] {
  const rows = records.map((record, number) => {
    const { decision, sentence } = decided[number] as ExplainedDecision;
    return [
      decision.keep ? 'keep' : 'forget',
      shortId(record.id),
      formatTime(record.startedAt),
      displayText(record.host),
      displayText(record.name ?? ''),
      displayText(sentence),
    ];
  });
  return tableLines(
    [{ title: 'PLAN' }, { title: 'ID' }, { title: 'TIME' }, { title: 'HOST' }, { title: 'NAME' }, { title: 'WHY' }],
    rows,
  );
}

/** Forgets what a policy does not keep; exactly what the plan says, and nothing that was made since. */
export async function forgetByPolicy(
  context: Context,
  repository: Repository,
  options: { readonly filter: SnapshotFilter; readonly flags: KeepFlags; readonly dryRun: boolean },
): Promise<ForgottenByPolicy> {
  const { filter, flags, dryRun } = options;
  const records = await repository.snapshots(filter);
  const decided = await decideSnapshots(context, records, flags);
  const gone = decided.flatMap(({ decision }) => (decision.keep ? [] : [decision.id]));
  const result =
    gone.length === 0
      ? { forgotten: [], givenUp: [] }
      : await context.timed('forget', () => repository.forget({ snapshots: gone, dryRun }));
  return { decided, records, result };
}
