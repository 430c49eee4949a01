/**
 * Checks of what everything stands on, once or all the time, with their history.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
export { createHealth } from './create-health.ts';
export type {
  CheckHealth,
  CheckUptime,
  Health,
  HealthChange,
  HealthHistoryOptions,
  HealthOptions,
  HealthReport,
  HealthTiming,
  TimedCheck,
} from './contract.ts';
export { healthHandler } from './handler.ts';
export type { HealthHandler, HealthHandlerOptions } from './handler.ts';
export { readHealth } from './health-history.ts';
export type { HealthRecord } from './health-history.ts';
export type { HealthSpan } from './span.ts';
export type { HealthState } from './state.ts';
export { uptimeOf } from './uptime.ts';
export type { Uptime } from './uptime.ts';
