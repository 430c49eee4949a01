/**
 * Ramps whose steps have conditions: a step is entered when its metrics allow it, and left again when they don't.
 *
 * @module
 */
export type { MetricReading, MetricSource } from './ask-metrics.ts';
export { type FlagGuard, guardFlags, type GuardFlagsOptions } from './guard-flags.ts';
export type { GuardReason } from './judge.ts';
export { type NeededMetric, neededMetrics } from './needed-metrics.ts';
export { type GuardDecision, type GuardEdit, planGuards, type PlanGuardsOptions } from './plan-guards.ts';
export { prometheusMetrics, type PrometheusMetricsOptions } from './prometheus.ts';
export type { GuardReadings, MetricHistory, MetricSample } from './readings.ts';
export type { GuardedStore } from './store.ts';
