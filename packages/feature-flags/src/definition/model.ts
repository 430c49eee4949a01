import type { Bucketing } from '../bucketing/bucketing.ts';
import type { GrowthbookHashVersion } from '../bucketing/growthbook.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Facts that travel with a flag and its evaluations. */
export type FlagMetadata = Readonly<Record<string, string | number | boolean>>;

/** Rules in JsonLogic, with the operators of flagd. */
export type Logic = Json;

/** A flag in flagd's format. */
export interface FlagdFlag {
  readonly state: 'ENABLED' | 'DISABLED';
  /** Values by name; all of one type. */
  readonly variants: Readonly<Record<string, Json>>;
  /** What applies where the rules choose nothing. `null` or absent: the fallback in the code. */
  readonly defaultVariant?: string | null | undefined;
  /** Chooses a variant by its name; `{}` chooses nothing. */
  readonly targeting?: Logic | undefined;
  readonly metadata?: FlagMetadata | undefined;
}

/** A field of the context that a rollout goes by: tenants, users and sessions keep what they have got. */
export type RolloutUnit = 'tenant' | 'user' | 'session' | (string & {});

/** Who gets a flag, gradually. */
export interface Rollout {
  /** From 0 to 100 with at most four decimals. Raising it moves nobody out who is in. */
  readonly percentage?: number | undefined;
  /** Which field of the context. Default: `targetingKey`. */
  readonly unit?: RolloutUnit | undefined;
  /** For more variants than on and off: by variant, from where to where in percent, as `[10, 20]`. The rest gets the default. */
  readonly ranges?: Readonly<Record<string, readonly [number, number]>> | undefined;
  /** What buckets are made with. Default: the name of the flag. Flags with one salt choose the same units. */
  readonly salt?: string | undefined;
  /** Whose buckets, so that units keep what they had in another system. Default: that of all flags, which is `holdfast`. */
  readonly bucketing?: Bucketing | undefined;
  /** With GrowthBook’s bucketing: which of its two hashes. Default: 1, as there. */
  readonly hashVersion?: GrowthbookHashVersion | undefined;
}

/** What a metric has to be for a step of a ramp; `below` or `above` or both. */
export interface RampGuard {
  /** Its name, as whoever supplies the readings knows it. */
  readonly metric: string;
  /** Less than this. */
  readonly below?: number | undefined;
  /** More than this. */
  readonly above?: number | undefined;
  /** The step is entered only when that was so for so long, as `10m`: a whole number of s, m, h or d, up to a year. To fail, one reading is enough. */
  readonly for?: string | undefined;
}

/** Why a step of a ramp was left again. */
export interface RampFailure {
  readonly at: string;
  readonly metric: string;
  readonly value: number;
}

/** From a moment on, a percentage. */
export interface RampStep {
  readonly at: string;
  /** From 0 to 100 with at most four decimals. */
  readonly percentage: number;
  /**
   * Conditions, all of which must hold. Such a step is not in force by time alone, nor is any after it: it also has to have `passed`, and not
   * `failed` since. Evaluation asks for no metric; `guardFlags` of `@x/feature-flags/guard` does, and writes what it finds.
   */
  readonly guard?: RampGuard | readonly RampGuard[] | undefined;
  /** A step that failed is tried again after so long, as `6h`. Default: not by itself. */
  readonly retryAfter?: string | undefined;
  /** When all conditions held and the step was entered. */
  readonly passed?: string | undefined;
  /** When a condition broke, and the ramp went back to the step before. */
  readonly failed?: RampFailure | undefined;
}

/**
 * From when to when a flag is on, and how it grows. Times are ISO 8601 with an offset, and count from the next whole second on, as flagd's clock
 * has no smaller ones.
 */
export interface FlagSchedule {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  /** From each moment on, this percentage instead of that of the rollout; before the first one 0. */
  readonly ramp?: readonly RampStep[] | undefined;
}

/** A flag in the readable form. */
export interface ShortFlag {
  /** Default: true. */
  readonly enabled?: boolean | undefined;
  readonly description?: string | undefined;
  /** Who answers for it. */
  readonly owner?: string | undefined;
  /** The day by which it should be gone, as `2027-03-01`; it goes on working. */
  readonly expires?: string | undefined;
  /** Default: `{ on: true, off: false }`. With variants of your own, `default` names that which applies where nothing else does. */
  readonly variants?: Readonly<Record<string, Json>> | undefined;
  readonly default?: string | undefined;
  readonly rollout?: Rollout | undefined;
  /** Only these tenants; a percentage applies among them. */
  readonly targetTenants?: readonly string[] | undefined;
  readonly excludeTenants?: readonly string[] | undefined;
  /** Only who is in one of these segments. */
  readonly segments?: readonly string[] | undefined;
  readonly schedule?: FlagSchedule | undefined;
  /** Other flags that have to be on. */
  readonly requires?: readonly string[] | undefined;
  /** Off, whatever else it says: for all, or for some tenants. */
  readonly killSwitch?: boolean | { readonly tenants: readonly string[] } | undefined;
  readonly metadata?: FlagMetadata | undefined;
}

/** Who belongs to a segment: any of those listed, and any for whom the rule is true. */
export interface Segment {
  readonly description?: string | undefined;
  readonly tenants?: readonly string[] | undefined;
  readonly users?: readonly string[] | undefined;
  readonly rule?: Logic | undefined;
}

/** Flags, as a file has them: in flagd's format, in the readable form, or mixed. */
export interface FlagDefinitions {
  readonly $schema?: string | undefined;
  readonly flags: Readonly<Record<string, FlagdFlag | ShortFlag>>;
  /** Rules by name, for `{ "$ref": "name" }`. */
  readonly $evaluators?: Readonly<Record<string, Logic>> | undefined;
  readonly segments?: Readonly<Record<string, Segment>> | undefined;
  /** Whose buckets rollouts use that don’t say so themselves. Default: `holdfast`. */
  readonly bucketing?: Bucketing | undefined;
  readonly metadata?: FlagMetadata | undefined;
}

/**
 * Whom a flag is evaluated for. Fields may have any name; `targetingKey` is that of OpenFeature. Only its own fields count, not those that
 * its class gives an object: pass `{ tenant: account.tenant }`, not an account that computes it.
 */
export interface FlagContext {
  readonly targetingKey?: string | undefined;
  readonly tenant?: string | undefined;
  readonly user?: string | undefined;
  readonly session?: string | undefined;
  readonly [field: string]: unknown;
}

/** Whether a flag is in flagd's format. What is no flag at all, as in a file with mistakes, is not. */
export function isFlagdFlag(flag: FlagdFlag | ShortFlag): flag is FlagdFlag {
  return typeof flag === 'object' && (flag as unknown) !== null && Object.hasOwn(flag, 'state');
}
