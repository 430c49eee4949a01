import type { GroupField, RankedSnapshot } from '@x/backup-store';
import type { Decision, GroupBy, RetentionItem, RetentionPolicy } from '@x/retention';
import { now } from '../clock.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import type { KeepFlags } from './keep-options.ts';
import { policiesFor, retention } from './policies.ts';

/** Items that a policy is about: those of one tenant, or of a file. */
export interface ItemSet {
  readonly tenant: string;
  readonly items: readonly RetentionItem[];
  readonly groupBy?: GroupBy | undefined;
}

/** An item, what becomes of it, and why in a sentence. */
export interface ExplainedItem {
  readonly item: RetentionItem;
  readonly decision: Decision;
  readonly sentence: string;
}

/** The moment and the days that plans go by. */
export interface PlanTime {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly timeZone: string;
}

const GROUPINGS: readonly GroupField[] = ['host', 'paths', 'tags', 'kind'];

/** What plans are made with. */
export interface PlanParts {
  readonly flags: KeepFlags;
  readonly time: PlanTime;
  /** Policies of tenants that count instead of those of the flags. */
  readonly stored?: ReadonlyMap<string, RetentionPolicy> | undefined;
}

/** The moment of a plan: `at`, or now. */
export async function planTime(context: Context, at: number = now()): Promise<PlanTime> {
  const { settings } = await context.effective();
  const timeZone = settings['retention.timeZone'] ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { now: at, timeZone };
}

/**
 * What snapshots are ranked among themselves by.
 *
 * @throws {CliError} `USAGE` for a grouping that there is not.
 */
export function groupingOf(groupBy: string = 'host,paths'): readonly GroupField[] {
  const names = groupBy === 'none' ? [] : groupBy.split(',').map((name) => name.trim());
  return names.map((name) => {
    const known = GROUPINGS.find((each) => each === name);
    if (known !== undefined) return known;
    throw usageError(
      `Expected --group-by of ${GROUPINGS.join(', ')} or none, got ${JSON.stringify(name)}`,
      'Separate several by commas: host,paths.',
    );
  });
}

/**
 * Snapshots as items, a set for each tenant.
 *
 * @param neededBy Safety snapshots that unfinished restores need.
 * @throws {CliError} `USAGE` for a grouping that there is not.
 */
export async function snapshotSets(
  snapshots: readonly RankedSnapshot[],
  by?: string,
  neededBy?: ReadonlyMap<string, string>,
): Promise<readonly ItemSet[]> {
  const { retentionItem } = await import('@x/backup-store');
  const groupBy = groupingOf(by);
  const nowMs = now();
  const byTenant = Map.groupBy(snapshots, ({ record }) => record.tenant.name);
  return [...byTenant].map(([tenant, members]) => ({
    tenant,
    items: members.map((snapshot) => retentionItem(snapshot, { groupBy, nowMs, neededBy })),
  }));
}

/**
 * Decides what stays and why, for each set by the policies of its tenant.
 *
 * @throws {RetentionError} what `planRetention` throws; {CliError} `USAGE`, `UNREADABLE`.
 */
export async function decideItems(
  context: Context,
  sets: readonly ItemSet[],
  { flags, time, stored }: PlanParts,
): Promise<readonly ExplainedItem[]> {
  const { explain, planRetention } = await retention(context);
  const explained: ExplainedItem[] = [];
  // Also where there are no items, so that what is no policy is refused.
  for (const { tenant, items, groupBy } of sets.length === 0 ? [{ tenant: '', items: [], groupBy: undefined }] : sets) {
    const own = stored?.get(tenant);
    const policies = own === undefined ? await policiesFor(context, flags, tenant) : [own];
    const decisions = planRetention(items, policies, { ...time, groupBy, compat: flags.compat });
    for (const [position, decision] of decisions.entries()) {
      const item = items[position] as RetentionItem;
      explained.push({ item, decision, sentence: explain(shown(decision)) });
    }
  }
  return explained;
}

/** What is said then. */
export const COVERS_NOTHING = 'No rule of the policy is about any of these, by kind or tag: all stay.';

/** Whether no rule is about any of the items, so that all stay: most likely not what was meant. */
export function coversNothing(explained: readonly ExplainedItem[]): boolean {
  return (
    explained.length > 0 && explained.every(({ decision }) => decision.reasons.some(({ rule }) => rule === 'uncovered'))
  );
}

/** How many stay only because their times can't be believed. */
export function untrustedIn(explained: readonly ExplainedItem[]): number {
  return explained.filter(({ decision }) => decision.keep && decision.reasons.some(({ rule }) => rule === 'untrusted'))
    .length;
}

/** With ids of snapshots as short as they are shown. */
function shown(decision: Decision): Decision {
  const { id, replacedBy, reasons } = decision;
  return {
    ...decision,
    id: shownId(id),
    replacedBy: replacedBy === null ? null : shownId(replacedBy),
    reasons: reasons.map((reason) => (reason.item === undefined ? reason : { ...reason, item: shownId(reason.item) })),
  };
}

/** As much of an id as is shown: of a snapshot the beginning, of anything else all. */
export function shownId(id: string): string {
  return /^[0-9a-f]{32}$/.test(id) ? shortId(id) : id;
}
