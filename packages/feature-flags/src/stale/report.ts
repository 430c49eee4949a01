import type { Json } from '../definition/model.ts';
import type { StaleCause } from './constant.ts';
import type { FlagReference } from './reference.ts';

/** What everybody gets of a flag. */
export interface FlagUse {
  /** `undefined` where the fallback of the code applies. */
  readonly variant: string | undefined;
  readonly value: Json | undefined;
  readonly cause: StaleCause;
  /** Since when at the latest, in milliseconds since 1970; `undefined` where neither the flag nor its history says so. */
  readonly sinceMs: number | undefined;
  /** With ranges, the field of the context that it goes by: who has none gets the default. */
  readonly unit: string | undefined;
  /** With the cause `requires`: the flag that is off. */
  readonly requires: string | undefined;
}

/** Why a flag may go, with the facts, and in one sentence. */
export type StaleReason = { readonly sentence: string } & (
  | {
      /** The day that it names is over. */
      readonly reason: 'expired';
      readonly expires: string;
      readonly days: number;
    }
  | ({
      /** Everybody gets the same: its variant can stand in the code. For `alwaysOff`: nobody has it. */
      readonly reason: 'fullyRolledOut' | 'alwaysOff';
    } & FlagUse)
  | {
      /** Nobody asked for it, nor for a flag that requires it, since evaluations are counted. */
      readonly reason: 'neverEvaluated';
      readonly countingSinceMs: number;
    }
  | {
      /** Nobody asked for it for a long time. */
      readonly reason: 'unused';
      readonly lastAtMs: number;
    }
  | {
      /** It is neither in the code nor required by another flag. */
      readonly reason: 'unreferenced';
    }
);

/** A flag that may go. */
export interface StaleFlag {
  readonly key: string;
  readonly owner: string | undefined;
  /** In the order `expired`, `fullyRolledOut` or `alwaysOff`, `neverEvaluated` or `unused`, `unreferenced`. */
  readonly reasons: readonly StaleReason[];
}

/** A name that code asks for, and that no flag has. */
export interface UnknownReference {
  readonly key: string;
  /** The flag that was probably meant. */
  readonly nearest: string | undefined;
  readonly references: readonly FlagReference[];
  readonly sentence: string;
}

/** What may be cleared away. */
export interface StaleReport {
  /** Flags that were looked at. */
  readonly checked: number;
  /** Those with a reason to go, in the order of the definitions. */
  readonly flags: readonly StaleFlag[];
  /** In the order of the first place of each. */
  readonly unknown: readonly UnknownReference[];
}
