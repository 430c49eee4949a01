import type { Json } from '../definition/model.ts';

/**
 * What makes a flag the same for everybody: `static`, it has no conditions; `rollout` and `ramp` at 0 % or 100 %, or ranges with one variant; `targeting`, rules that
 * can choose but one; or what keeps it off.
 */
export type StaleCause =
  | 'static'
  | 'rollout'
  | 'ramp'
  | 'targeting'
  | 'enabled'
  | 'state'
  | 'killSwitch'
  | 'schedule'
  | 'requires'
  | 'targetTenants'
  | 'segments';

/** What a flag gives to everybody, from now on. */
export interface Constant {
  /** `undefined` for the fallback of the code. */
  readonly variant: string | undefined;
  readonly value: Json | undefined;
  /** Whether everybody has the flag, as flags that require it see it. */
  readonly isOn: boolean;
  readonly cause: StaleCause;
  /** Since when, where the flag itself says so. */
  readonly sinceMs: number | undefined;
  /** With ranges: who has no such field gets the default. */
  readonly unit: string | undefined;
  /** The required flag that is off. */
  readonly requires: string | undefined;
}
