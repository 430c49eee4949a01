import type { FlagMetadata, Json } from '../definition/model.ts';

/** Why a value is what it is; those of OpenFeature, and `UNIT_MISSING`. */
export type FlagReason =
  /** The flag says the same to everybody. */
  | 'STATIC'
  /** A rule chose it. */
  | 'TARGETING_MATCH'
  /** A rollout chose it. */
  | 'SPLIT'
  /** No rule chose anything. */
  | 'DEFAULT'
  /** The flag is disabled, or its kill switch is on. */
  | 'DISABLED'
  /** The context has not the field that the rollout goes by: nobody is in. */
  | 'UNIT_MISSING'
  | 'ERROR';

/**
 * What went wrong; codes of OpenFeature. The value is the fallback. `TARGETING_KEY_MISSING` is not among them, as nothing here requires a targeting
 * key: a rollout without its unit is `UNIT_MISSING`, and flagd’s `fractional` without one chooses nothing, as in flagd.
 */
export type FlagEvaluationError =
  | 'FLAG_NOT_FOUND'
  | 'TYPE_MISMATCH'
  /**
   * The flag has a mistake and never was good, or there never were flags, as the first ones that the store gave are refused as a whole. A later mistake leaves the flag, or all
   * of them, as they last were good.
   */
  | 'PARSE_ERROR'
  /** Flags were not read yet, or could not be. */
  | 'PROVIDER_NOT_READY'
  /** A rule can’t be evaluated with this context, or chose what is no variant. */
  | 'GENERAL';

/** The value of a flag for a context, and why. */
export interface Evaluation<Value = Json> {
  readonly value: Value;
  /** The name of the variant; `undefined` where the fallback speaks. */
  readonly variant: string | undefined;
  readonly reason: FlagReason;
  readonly errorCode: FlagEvaluationError | undefined;
  /** Of the flag, on top of that of all flags. */
  readonly metadata: FlagMetadata;
}

/** What an evaluation is for one who explains it. */
export interface Finding {
  /** The rule that decided: `refused` of a flag with a mistake, `killSwitch`, `enabled`, `schedule`, `requires`, `excludeTenants`, `targetTenants`, `segments`, `rollout`, `targeting`, `default`. */
  readonly rule: string;
  /** What it looked at. */
  readonly facts: Readonly<Record<string, Json>>;
}
