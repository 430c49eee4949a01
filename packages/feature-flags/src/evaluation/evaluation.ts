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

/** What went wrong; those of OpenFeature. The value is the fallback. */
export type FlagEvaluationError =
  | 'FLAG_NOT_FOUND'
  | 'TYPE_MISMATCH'
  | 'TARGETING_KEY_MISSING'
  | 'PARSE_ERROR'
  | 'PROVIDER_NOT_READY'
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
  /** The rule that decided: `killSwitch`, `enabled`, `schedule`, `requires`, `excludeTenants`, `targetTenants`, `segments`, `rollout`, `targeting`, `default`. */
  readonly rule: string;
  /** What it looked at. */
  readonly facts: Readonly<Record<string, Json>>;
}
