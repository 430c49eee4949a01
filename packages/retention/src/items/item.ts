import type { TimeInput } from '../time.ts';

/** Who wants an item kept, and why: a case in court, an audit. */
export interface LegalHold {
  readonly who: string;
  readonly why: string;
}

/** A backup, release, model version, log segment: anything that is made again and again and can't all be kept. */
export interface RetentionItem {
  /** Unique among the items of a plan. */
  readonly id: string;
  /** When it was made, as its maker says (and ideally signs). Items are ranked by it. */
  readonly time: TimeInput;
  /** When the store says that it came in. A `time` that this does not bear out makes the item untrusted. */
  readonly storedAt?: TimeInput | undefined;
  /** Whether `time` is to be believed whatever `storedAt` says (`true`), or never (`false`). */
  readonly trusted?: boolean | undefined;
  /** `false` for one that failed its checks. The latest good one of a group is always kept. Default: `true`. */
  readonly good?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly kind?: string | undefined;
  /** What it is a version of: a host, a tenant, a model. Rules count within a group. */
  readonly group?: string | undefined;
  /** A semantic version. */
  readonly version?: string | undefined;
  /** Its size in the store. */
  readonly bytes?: number | undefined;
  /** The id of the item that it can't be restored without: the base of an incremental. */
  readonly parent?: string | undefined;
  readonly hold?: LegalHold | undefined;
  /** Kept at least until then, whatever the policy says. See `extendRetainUntil`. */
  readonly retainUntil?: TimeInput | undefined;
  /** Never removed. */
  readonly immutable?: boolean | undefined;
  /** Whether something uses it now, or what: `'production'`. */
  readonly inUse?: boolean | string | undefined;
}

/** A field that items can be grouped by; items with equal fields are a group. */
export type GroupField = 'group' | 'kind' | 'tags';

/** How items are grouped: by fields, by none (`[]`: all are one group), or by what a function says. */
export type GroupBy = GroupField | readonly GroupField[] | ((item: RetentionItem) => string);
