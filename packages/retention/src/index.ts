/**
 * A pure function from items and a policy to what to keep and what to remove, with every reason.
 *
 * @module
 */
export { RetentionError, type RetentionErrorCode, type RetentionErrorOptions } from './errors.ts';
export type { Compat } from './compat/compat.ts';
export { explain } from './explain.ts';
export type { GroupBy, GroupField, LegalHold, RetentionItem } from './items/item.ts';
export type { Decision, Reason, ReasonRule } from './plan/decision.ts';
export type { PlanOptions } from './plan/options.ts';
export { comparePolicies, type PolicyComparison } from './foresight/compare-policies.ts';
export {
  type Schedule,
  simulate,
  type SimulatedDay,
  type SimulateOptions,
  type Simulation,
} from './foresight/simulate.ts';
export { planRetention } from './plan/plan-retention.ts';
export { checkPolicy } from './policy/check-policy.ts';
export type { Count, DurationText, Keep, KeepRules, Pick, RetentionPolicy, RetentionWindow } from './policy/policy.ts';
export { presets, type PresetName } from './presets.ts';
export { extendRetainUntil } from './retain-until.ts';
export { formatPolicy } from './text/format-policy.ts';
export { parsePolicy } from './text/parse-policy.ts';
export type { TimeInput } from './time.ts';
export { drawTimeline, type TimelineOptions } from './timeline/draw-timeline.ts';
