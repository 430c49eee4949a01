/** What a reason is about: a rule of the policy by its name there, something that stands above all rules, or a cap. */
export type ReasonRule =
  | 'last'
  | 'lastGood'
  | 'hourly'
  | 'daily'
  | 'weekly'
  | 'monthly'
  | 'quarterly'
  | 'halfYearly'
  | 'yearly'
  | 'within'
  | 'withinHourly'
  | 'withinDaily'
  | 'withinWeekly'
  | 'withinMonthly'
  | 'withinQuarterly'
  | 'withinHalfYearly'
  | 'withinYearly'
  | 'windows'
  | 'grid'
  | 'tags'
  | 'kinds'
  | 'hold'
  | 'immutable'
  | 'major'
  | 'retainUntil'
  | 'inUse'
  | 'latestGood'
  | 'previousGood'
  | 'baseOf'
  | 'future'
  | 'untrusted'
  | 'uncovered'
  | 'unselected'
  | 'maxPerGroup'
  | 'maxBytes';

/** Why an item is kept or removed. */
export interface Reason {
  readonly rule: ReasonRule;
  /** Whether it speaks for keeping. */
  readonly keeps: boolean;
  /** The name of the policy that spoke; without it, it stands above all policies. */
  readonly policy?: string | undefined;
  /** Where the rule is one for a kind or a tag. */
  readonly kind?: string | undefined;
  readonly tag?: string | undefined;
  /** The period that the item stands for: `2026-W05`, `2026-01-31`. */
  readonly period?: string | undefined;
  /** Which of `limit` it is, from 1 for the newest. */
  readonly position?: number | undefined;
  /** The number, bytes included, that the rule or cap allows. */
  readonly limit?: number | undefined;
  /** The age that the rule reaches to, or the amount of its step, as the policy says. */
  readonly until?: string | undefined;
  /** When it lapses, in ms since 1970, where it is a date of the item itself. */
  readonly at?: number | undefined;
  readonly who?: string | undefined;
  readonly why?: string | undefined;
  /** The other item that it is about. */
  readonly item?: string | undefined;
}

/** What becomes of an item. Plain data. */
export interface Decision {
  readonly id: string;
  readonly keep: boolean;
  /** All of them: of an item that a cap removes also those that would have kept it. */
  readonly reasons: readonly Reason[];
  /** When time alone may change that it is kept, in ms since 1970; `null` if only something else can. */
  readonly nextReview: number | null;
  /** The kept item nearest in time that one would use in its place, a newer one if there is any; `null` if it is kept. */
  readonly replacedBy: string | null;
}
