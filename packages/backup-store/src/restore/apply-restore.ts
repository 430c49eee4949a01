import type { RestoreOptions } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { JobPool } from '../threads/job-pool.ts';
import { planContent, planLinks } from './content-plan.ts';
import { ContentWriter } from './content-writer.ts';
import { EntryWriter } from './entry-writer.ts';
import { type Applied, RestoreOutcome } from './outcome.ts';
import type { InternalPlan } from './restore-item.ts';
import { TargetSinks } from './target-sinks.ts';

/** What a plan is applied with. */
export interface ApplyParts {
  readonly context: RunContext;
  readonly tenant: OpenTenant;
  /** Id of the snapshot. */
  readonly snapshot: string;
  readonly plan: InternalPlan;
  readonly meter: ProgressMeter;
  readonly pool: JobPool;
}

/** Does what a plan says. What fails for one entry is reported and the rest goes on. */
export async function applyRestore(parts: ApplyParts, options: RestoreOptions): Promise<Applied> {
  const { plan, meter, tenant } = parts;
  using sinks = new TargetSinks();
  const outcome = new RestoreOutcome(plan, meter);
  const entries = new EntryWriter({ plan, sinks, outcome }, options);
  const links = planLinks(plan.items);
  const content = planContent(tenant, plan.items, new Set(links.keys()));
  meter.counts.bytesTotal = content.bytes;
  meter.totalKnown = true;
  entries.makeDirectories();
  const writing = new ContentWriter({ ...parts, sinks, outcome }, options.signal).write(content);
  // Threads write content; links are made here meanwhile.
  await allOrFirstError([writing, entries.makeRest(links)]);
  entries.makeHardLinks(links);
  entries.tellAbsent();
  entries.deleteExtras();
  entries.finishDirectories();
  return outcome.applied;
}

/** Waits for all, also when one fails: what they use is closed afterwards. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
