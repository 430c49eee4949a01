/**
 * What happened, in numbers: the dashboard, trends, Prometheus and OpenTelemetry.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
