import type { Duration } from '../periods/duration.ts';
import type { Period } from '../periods/period.ts';
import type { Reason } from '../plan/decision.ts';
import type { Pick } from '../policy/policy.ts';

/** A part of a rule that goes by age: one of each period (or all) from where the one before ends up to an age. */
export interface AgeSpan {
  readonly until: Duration;
  readonly endCounts: boolean;
  readonly period: Period | undefined;
  readonly reason: Reason;
}

/** A rule of a policy, ready to be applied. */
export interface Rule {
  readonly reason: Reason;
  readonly kind?: string | undefined;
  readonly tag?: string | undefined;
  readonly pick: Pick;
  /** By count: so many (Infinity for all) of a period, or of items where there is none. */
  readonly count?: number | undefined;
  readonly period?: Period | undefined;
  readonly goodOnly?: boolean | undefined;
  /** By age. */
  readonly spans?: readonly AgeSpan[] | undefined;
}
