/**
 * Versions of model files: inspected without running them, promoted by gates, restored bit for bit.
 *
 * @module
 */
export { ModelError, type ModelErrorCode, type ModelErrorOptions } from './errors.ts';
export { inspectModel, type InspectOptions } from './inspect/inspect-model.ts';
export type {
  Finding,
  FormatReport,
  Framework,
  ModelFormat,
  ModelInspection,
  TensorInfo,
  Verdict,
} from './inspect/inspection.ts';
export type { CommonFindingCode, FindingCode } from './inspect/finding-codes.ts';
export type { FlatbufferFindingCode } from './inspect/flatbuffers/finding-codes.ts';
export type { FolderFindingCode } from './inspect/folder/finding-codes.ts';
export { manifestDigest, type ModelMember } from './inspect/folder/manifest.ts';
export type { GgufFindingCode } from './inspect/gguf/finding-codes.ts';
export type { Hdf5FindingCode } from './inspect/hdf5/finding-codes.ts';
export type { KerasFindingCode } from './inspect/keras/finding-codes.ts';
export type { NumpyFindingCode } from './inspect/numpy/finding-codes.ts';
export type { OnnxFindingCode } from './inspect/onnx/finding-codes.ts';
export type { PickleFindingCode } from './inspect/pickle/finding-codes.ts';
export type { TensorflowFindingCode } from './inspect/tensorflow/finding-codes.ts';
export type { TfliteFindingCode } from './inspect/tflite/finding-codes.ts';
export type { TorchFindingCode } from './inspect/torch/finding-codes.ts';
export type { ZipFindingCode } from './inspect/zip/finding-codes.ts';
export type { Severity } from './inspect/severity.ts';
export { defaultLimits, type InspectLimits } from './inspect/limits.ts';

// What comes from what, and how it is looked after
export { modelCardText } from './card/card-text.ts';
export type { CardMetric, CardOptions, CardTexts, ModelCard } from './card/model-card.ts';
export type { Lineage, LineageEdge, LineageKind, LineageNode, LineageOptions } from './lineage/lineage.ts';
export { lineageDot, lineageMermaid } from './lineage/lineage-graph.ts';
export { lineageText } from './lineage/lineage-text.ts';
export type { ContentOptions } from './registry/open-content.ts';
export type { ModelSurvey } from './registry/survey-contract.ts';
export type { CleanupItem, CleanupOptions, CleanupPlan, CleanupResult } from './retention/cleanup.ts';
export type { ScrubbedVersion, ScrubOptions, ScrubReport } from './scrub/scrub.ts';
export type { ModelQuery } from './search/model-query.ts';
export type { ModelUsage, ModelUse, VersionUsage } from './usage/model-usage.ts';
export type { MovedTensor, Movement, ReshapedTensor, UnreadTensor, WeightsDiff } from './weights/weights-diff.ts';
// What speaks for versions
export type { ModelSignOptions } from './trust/sign-version.ts';
export type { Approval, RecordedTest, StoredSignature, TrustEvent, VersionTrust } from './trust/trust-state.ts';
export type { VersionVerification } from './trust/verify-version.ts';
export type {
  GateFacts,
  GateResult,
  MetricGate,
  OwnGate,
  PromotionGates,
  PromotionPlan,
  RegressionGate,
} from './gates/gates.ts';
export { commandRunner, type CommandRunnerOptions } from './load-test/command-runner.ts';
export type { OutputDifference, Tolerance } from './load-test/compare-outputs.ts';
export type {
  LoadLimits,
  LoadTestOptions,
  LoadTestReport,
  ModelRunner,
  RunEnd,
  RunResult,
  RunTask,
} from './load-test/contract.ts';
export {
  checkSamples,
  type LoadSample,
  type SampleTensor,
  type SampleTensors,
  type SampleValue,
} from './load-test/sample.ts';
export { validateModel, type ValidateOptions, type ValidationReport } from './validation/validate-model.ts';
export type { ModelVouching, ValidateVersionOptions, VersionValidation } from './registry/vouching-contract.ts';

// Versions
export { createModelRegistry } from './registry/create-registry.ts';
export type {
  AddedVersion,
  AddOptions,
  DiffOptions,
  ListVersionsOptions,
  ModelIntent,
  ModelRegistry,
  ModelRegistryOptions,
  OwnModelRegistry,
  OwnRegistryOptions,
  ModelSummary,
  MoveAliasOptions,
  RegistryEvent,
} from './registry/contract.ts';
export type { Changed, VersionDiff } from './registry/diff-versions.ts';
export type { RestoreContentOptions } from './content/restore-content.ts';
export type { Clock } from './clock.ts';
export type { AuditEvent, AuditRefusal, LoggedAudit } from './history/audit-events.ts';
export type { LoggedEvent, ModelEvent } from './history/events.ts';
export type { AliasMove } from './history/state.ts';
export { type Bump, type ChangeTable, defaultChanges, nextVersion, type NextVersion } from './versions/change.ts';
export type {
  Code,
  Dataset,
  Metrics,
  ModelVersion,
  Params,
  Parent,
  VersionFacts,
  VersionInspection,
} from './versions/version.ts';

// Metrics
export {
  checkMetrics,
  commonMetrics,
  defineMetrics,
  type MetricDefinition,
  type MetricSet,
} from './metrics/metric-set.ts';
export type { Measurement, Measurements } from './metrics/measurement.ts';
export type { CertaintyOptions, Estimate, MeasuredVersion } from './metrics/estimate.ts';
export { compareMetrics, type CompareMetricsOptions, type MetricComparison } from './metrics/compare-metrics.ts';
export type { ComparisonMethod, MetricVerdict } from './metrics/verdict.ts';
export { type Interval, type Share, wilsonInterval } from './metrics/interval.ts';
export { metricTrend, type MetricTrend, type TrendOptions } from './metrics/trend.ts';
export { type AlertOptions, type MetricAlert, metricAlerts } from './metrics/alerts.ts';
export { type LotteryMetrics, lotteryMetrics } from './lottery/lottery-metrics.ts';
export { lotteryDefinitions, type LotteryMetricName, type LotteryMetricSet } from './lottery/lottery-set.ts';
export type { Draw, LotteryOptions, Prediction } from './lottery/game.ts';
export {
  modelReport,
  type ModelReport,
  type ModelReportOptions,
  type ReportedMetric,
  type ReportedVersion,
} from './report/model-report.ts';
export { reportHtml } from './report/report-html.ts';

// Canaries
export {
  type CanaryContext,
  type CanaryFlags,
  type ResolvedVersion,
  type ResolveOptions,
  resolveVersion,
} from './canary/resolve-version.ts';
