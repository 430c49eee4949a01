/**
 * What happened, in numbers: the dashboard, trends, Prometheus and OpenTelemetry.
 *
 * @module
 */
export type { EventLevel, OperationEvent } from '../events/contract.ts';
export type { Clock } from '../clock.ts';
export type { DrillCheck, DrillKind, DrillProblem, DrillResult, ProvenShare } from '../drills/contract.ts';
export type { ObjectiveJudgement, ObjectiveName } from '../objectives/contract.ts';
export type { DeployFact } from '../objectives/facts.ts';
export type { RestorabilityProof } from '../objectives/proof.ts';
export { BACKUP_EVENTS } from './attempts.ts';
export { backupFacts } from './backup-facts.ts';
export type {
  BackupFact,
  BackupFigures,
  Dashboard,
  DestinationFigures,
  FullForecast,
  ReleaseFact,
  ReleaseFigures,
  RestoreFigures,
  StorageFacts,
  StorageFigures,
  StorageSample,
  TenantFigures,
} from './contract.ts';
export { dashboard } from './dashboard.ts';
export type { DashboardQuestion } from './dashboard.ts';
export { metricsText } from './exposition.ts';
export type { TextFormat } from './exposition.ts';
export { metricFamilies } from './families.ts';
export type { MetricsInput, MetricsOptions } from './families.ts';
export type { MetricFamily, MetricSample } from './family-list.ts';
export { registerMetrics } from './opentelemetry.ts';
export type { GaugeLike, MeterLike, ObservationsLike } from './opentelemetry.ts';
export { planThinning, sampleBook } from './samples.ts';
export type { SampleBook } from './samples.ts';
export { serveMetrics } from './server.ts';
export type { MetricsServer, ServeMetricsOptions } from './server.ts';
export { theilSen } from './theil-sen.ts';
export type { Line, Point } from './theil-sen.ts';
export { writeMetricsFile } from './write-file.ts';
