import type { DatedSnapshot } from '@x/backup-store';
import type { Decision, GroupBy, RetentionItem, RetentionPolicy } from '@x/retention';
import { now } from '../clock.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { isPlainBackup } from './reference.ts';
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

/** What of a snapshot retention looks at. */
export interface RankedSnapshot extends Pick<DatedSnapshot, 'madeMs'> {
  readonly record: Pick<
    DatedSnapshot['record'],
    'id' | 'host' | 'tags' | 'kind' | 'startedAt' | 'tenant' | 'bytes' | 'status'
  > & { readonly sources: readonly { readonly root: string }[] };
}

/** What snapshots can be ranked among themselves by. */
const GROUPINGS: Readonly<Record<string, (snapshot: RankedSnapshot['record']) => readonly string[]>> = {
  host: ({ host }) => [host],
  paths: ({ sources }) => sources.map(({ root }) => root).toSorted(),
  tags: ({ tags }) => tags.toSorted(),
  kind: ({ kind }) => [kind],
};

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
 * Snapshots as items, a set for each tenant.
 *
 * @throws {CliError} `USAGE` for a grouping that there is not.
 */
export function snapshotSets(snapshots: readonly RankedSnapshot[], groupBy: string = 'host,paths'): readonly ItemSet[] {
  const names = groupBy === 'none' ? [] : groupBy.split(',').map((name) => name.trim());
  const stray = names.find((name) => !Object.hasOwn(GROUPINGS, name));
  if (stray !== undefined) {
    throw usageError(
      `Expected --group-by of ${Object.keys(GROUPINGS).join(', ')} or none, got ${JSON.stringify(stray)}`,
      'Separate several by commas: host,paths.',
    );
  }
  const byTenant = Map.groupBy(snapshots, ({ record }) => record.tenant.name);
  return [...byTenant].map(([tenant, members]) => ({
    tenant,
    items: members.map((snapshot) => itemOf(snapshot, names)),
  }));
}

function itemOf({ record, madeMs }: RankedSnapshot, groupBy: readonly string[]): RetentionItem {
  const { id, startedAt, tags, kind, tenant, bytes, status } = record;
  // What was made just to be safe, or has no content, takes no place of a real backup, and never passes for the latest good one of them.
  const apart = isPlainBackup(record) ? [] : [[kind]];
  const parts = [[tenant.name], ...groupBy.map((name) => GROUPINGS[name]?.(record) ?? []), ...apart];
  const quoted = (part: string): string => (/[\s",]/.test(part) || part === '' ? JSON.stringify(part) : part);
  const group = parts.map((part) => part.map(quoted).join(',')).join(' ');
  // A later one that it follows bears out that a date was put back; one of a clock that runs ahead bears out nothing.
  const storedAt = madeMs <= now() ? madeMs : undefined;
  return { id, time: startedAt, storedAt, tags, kind, group, bytes: bytes.stored, good: status === 'ok' };
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

/** What a policy says of a snapshot. */
export interface Kept {
  readonly kept: boolean;
  /** ISO 8601: when time alone may change that. Absent when only newer snapshots can. */
  readonly keptUntil?: string | undefined;
}

/**
 * Until when each snapshot is kept.
 *
 * @throws What {@link decideItems} throws.
 */
export async function keptUntil(
  context: Context,
  snapshots: readonly RankedSnapshot[],
  options: { readonly flags: KeepFlags; readonly time: PlanTime },
): Promise<ReadonlyMap<string, Kept>> {
  const explained = await decideItems(context, snapshotSets(snapshots, options.flags.groupBy), options);
  return new Map(
    explained.map(({ decision: { id, keep, nextReview } }): [string, Kept] => [
      id,
      keep && nextReview !== null ? { kept: keep, keptUntil: new Date(nextReview).toISOString() } : { kept: keep },
    ]),
  );
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
