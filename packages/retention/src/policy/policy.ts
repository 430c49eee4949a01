/** How many to keep: a whole number, or -1 for all. 0 is as good as no rule. */
export type Count = number;

/** A length of time as text: `30d`, `1y6m`, `90 days`. `h` hours, `d` days, `w` weeks, `m` months, `q` quarters, `y` years. */
export type DurationText = string;

/** Which item of a period stands for it. */
export type Pick = 'newest' | 'oldest';

/** What to keep of the items up to an age. */
export interface RetentionWindow {
  /** The age at which it ends; it begins where the one before ends. */
  readonly until: DurationText;
  readonly keep: 'all' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'halfYearly' | 'yearly';
  /** Whether an item of exactly that age is still in it. Default: `included`. */
  readonly end?: 'included' | 'excluded' | undefined;
}

/** Rules that keep items. Each adds to what the others keep. */
export interface KeepRules {
  /** The newest. */
  readonly last?: Count | undefined;
  /** The newest that are good. */
  readonly lastGood?: Count | undefined;
  /** One of each hour, for so many hours that have any. Those that follow do the same with longer periods. */
  readonly hourly?: Count | undefined;
  readonly daily?: Count | undefined;
  /** ISO weeks: from Monday on. */
  readonly weekly?: Count | undefined;
  readonly monthly?: Count | undefined;
  readonly quarterly?: Count | undefined;
  readonly halfYearly?: Count | undefined;
  readonly yearly?: Count | undefined;
  /** All up to an age. */
  readonly within?: DurationText | undefined;
  /** One of each hour up to an age; and so on. */
  readonly withinHourly?: DurationText | undefined;
  readonly withinDaily?: DurationText | undefined;
  readonly withinWeekly?: DurationText | undefined;
  readonly withinMonthly?: DurationText | undefined;
  readonly withinQuarterly?: DurationText | undefined;
  readonly withinHalfYearly?: DurationText | undefined;
  readonly withinYearly?: DurationText | undefined;
  /** By age, from the youngest on: all of the last 7 days, then one a day up to 30 days. */
  readonly windows?: readonly RetentionWindow[] | undefined;
  /** By age in steps: `24x1h, 35x1d` keeps one an hour for 24 hours, then one a day for 35 days. Steps lie fixed in the calendar. */
  readonly grid?: string | undefined;
  /** Default: `newest`. */
  readonly pick?: Pick | undefined;
}

/** What to keep of a kind or a tag: all forever (-1), all up to an age, or what rules say that see only these items. */
export type Keep = -1 | DurationText | KeepRules;

/** What to keep, as plain JSON. `@x/retention/policy.schema.json` is its schema. */
export interface RetentionPolicy extends KeepRules {
  /** What reasons call it. Default: its text form. */
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, Keep>> | undefined;
  readonly kinds?: Readonly<Record<string, Keep>> | undefined;
  /** `majors`: versions such as `3.0.0` are never removed. */
  readonly immutable?: 'majors' | undefined;
  /** Of each item in use, the good one before it is never removed. */
  readonly previousGood?: boolean | undefined;
  /** At most so many of each group, from the newest on; -1 for no limit. */
  readonly maxPerGroup?: number | undefined;
  /** At most so many bytes in all, as a number or as text (`200 GB`, `200 GiB`); the least valuable go first. */
  readonly maxBytes?: number | string | undefined;
}
