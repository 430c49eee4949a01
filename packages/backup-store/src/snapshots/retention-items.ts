import type { RetentionItem } from '@x/retention';
import type { GroupField, RankedSnapshot } from '../repository/catalog-contract.ts';

const GROUPINGS: Readonly<Record<GroupField, (record: RankedSnapshot['record']) => readonly string[]>> = {
  host: ({ host }) => [host],
  paths: ({ sources }) => sources.map(({ root }) => root).toSorted(),
  tags: ({ tags }) => tags.toSorted(),
  kind: ({ kind }) => [kind],
};

const quoted = (part: string): string => (/[\s",]/.test(part) || part === '' ? JSON.stringify(part) : part);

/** A snapshot with such a tag is part of something that has rules of its own: versions of models, of a shared structure. */
const KEPT_BY = 'kept-by=';

/** For so long, a restore on some machine may still need the safety snapshot that it has made. */
const SAFETY_MS = 7 * 86_400_000;

/** Options of {@link retentionItem}. */
export interface RetentionItemOptions {
  readonly groupBy?: readonly GroupField[] | undefined;
  readonly nowMs: number;
  /** Ids of safety snapshots, each with that of the unfinished restore that needs it: no policy removes them. */
  readonly neededBy?: ReadonlyMap<string, string> | undefined;
}

/**
 * A snapshot as `planRetention` of `@x/retention` ranks it, among those of the same tenant and of the same fields. Pure.
 * `nowMs` is in milliseconds since 1970. One with a tag `kept-by=NAME` is in use by that name: no policy removes it. Nor one of kind `safety`
 * for a week, wherever the restore was that it belongs to.
 */
export function retentionItem(
  { record, madeMs }: RankedSnapshot,
  { groupBy = ['host', 'paths'], nowMs, neededBy }: RetentionItemOptions,
): RetentionItem {
  const { id, startedAt, tags, kind, tenant, bytes, status } = record;
  // What was made just to be safe, or has no content, takes no place of a real backup, and never passes for the latest good one of them.
  const apart = kind === 'safety' || kind === 'checkpoint' ? [[kind]] : [];
  const parts = [[tenant.name], ...groupBy.map((name) => GROUPINGS[name](record)), ...apart];
  const group = parts.map((part) => part.map(quoted).join(',')).join(' ');
  // A later one that it follows bears out that a date was put back; one of a clock that runs ahead bears out nothing.
  const storedAt = madeMs <= nowMs ? madeMs : undefined;
  const restore = neededBy?.get(id);
  const keeper =
    restore === undefined
      ? tags.find((tag) => tag.startsWith(KEPT_BY))?.slice(KEPT_BY.length)
      : `the unfinished restore ${restore}`;
  const inUse = keeper === undefined ? {} : { inUse: keeper };
  const until = kind === 'safety' ? { retainUntil: madeMs + SAFETY_MS } : {};
  const facts = { id, time: startedAt, storedAt, tags, kind, group, bytes: bytes.stored, good: status === 'ok' };
  return { ...facts, ...inUse, ...until };
}
