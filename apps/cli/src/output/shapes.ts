import type { z } from 'zod';
import { accessChecked, accessShown } from './access.ts';
import { alertList, alertShape, alertsReleased, alertsSent, alertsTested } from './alerts.ts';
import { analysisRun } from './analysis.ts';
import { archiveExported, archiveImported, fileExported } from './archives.ts';
import { backupCatalog } from './catalog.ts';
import {
  fileDigest,
  inclusionCheck,
  inclusionProof,
  keysMade,
  manifestRun,
  manifestVerification,
  scrubRun,
  signatureVerification,
  signed,
} from './integrity.ts';
import { drillList, drillPlan, drillRun, drillStatus } from './drills.ts';
import { dashboard } from './metrics.ts';
import { dataDifference, difference, entry, foundEntry } from './entries.ts';
import {
  cleanedParts,
  configShown,
  configValidated,
  created,
  failed,
  repositoryStats,
  repositoryStatus,
} from './places.ts';
import {
  flagChecked,
  flagEvaluation,
  flagExplanation,
  flagFlip,
  flagList,
  flagsChange,
  flagShown,
  flagsStale,
  flagsWritten,
  flagVersion,
} from './flags.ts';
import { keyAdded, keyList, keyRemoved, keysRotated } from './keys.ts';
import { deployMetrics } from './deploy-metrics.ts';
import { deployAdvice, deployPulled, deployStrategyPlan, deployStrategyRun } from './deploy-advice.ts';
import {
  deployCleaned,
  deployHistory,
  deployInitialised,
  deployList,
  deployLogLine,
  deployMaintenance,
  deployment,
  deployPlan,
  deployService,
  deployStatus,
} from './deploys.ts';
import {
  logRecord,
  logsBundle,
  logsCheckpoint,
  logsCleaned,
  logsExported,
  logsImported,
  logsStats,
  logsVerification,
} from './logs.ts';
import {
  migrationLint,
  migrationPlan,
  migrationRepaired,
  migrationRun,
  migrationStatus,
  migrationVerification,
} from './migrate.ts';
import { forgetRun, pruneRun, repairRun } from './pruning.ts';
import { backupRun, restoreRun, rollbackRun, verifyReport } from './runs.ts';
import {
  release,
  releaseChangelog,
  releaseCurrent,
  releaseExported,
  releaseList,
  releaseResumed,
  releaseStanding,
  releaseSummary,
  releaseVerification,
} from './release.ts';
import { releaseDifference } from './release-diff.ts';
import { releasePlan } from './release-plan.ts';
import { ciWritten } from './releases.ts';
import { healthEvent, healthHistory, healthReport } from './health.ts';
import { reportRun } from './reports.ts';
import {
  scheduleDaemon,
  scheduleUnit,
  scheduleEvent,
  scheduleHistory,
  scheduleList,
  scheduleNext,
  scheduleNow,
  scheduleRun,
} from './schedule.ts';
import { decision, policyComparison, retentionPlan, retentionSimulation } from './retention.ts';
import { committedManifests, snapshot, snapshotList } from './snapshot.ts';
import { tenantErasure, tenantList, tenantShape, tenantShown } from './tenants.ts';
import {
  modelAdded,
  modelAliases,
  modelDeleted,
  modelDiff,
  modelEvent,
  modelInspection,
  modelList,
  modelMove,
  modelRestored,
  modelVersion,
} from './models.ts';
import { modelBom, modelCard, modelCleanup, modelLineage, modelScrub, modelUsage } from './model-survey.ts';
import { modelApproved, modelSigned, modelValidation, modelVerified, promotionPlan } from './model-trust.ts';
import { modelLottery, modelReport, modelWatched } from './model-metrics.ts';
import { restoreValidation } from './validation.ts';
import {
  structureBackup,
  structureCatalog,
  structureDiff,
  structureForget,
  structureInventory,
  structureRestore,
} from './structure.ts';
import { recordsErased, recordsJournal } from './records.ts';

/** Everything that `--json` prints, by the name that commands and the reference use. */
export const SHAPES = {
  AccessChecked: accessChecked,
  AccessShown: accessShown,
  Alert: alertShape,
  AlertList: alertList,
  AlertsReleased: alertsReleased,
  AlertsSent: alertsSent,
  AlertsTested: alertsTested,
  AnalysisRun: analysisRun,
  ArchiveExported: archiveExported,
  ArchiveImported: archiveImported,
  BackupCatalog: backupCatalog,
  BackupRun: backupRun,
  CiWritten: ciWritten,
  ConfigShown: configShown,
  ConfigValidated: configValidated,
  Created: created,
  Decision: decision,
  DataDifference: dataDifference,
  DeployAdvice: deployAdvice,
  DeployCleaned: deployCleaned,
  DeployHistory: deployHistory,
  DeployInitialised: deployInitialised,
  DeployList: deployList,
  DeployLogLine: deployLogLine,
  DeployMaintenance: deployMaintenance,
  DeployMetrics: deployMetrics,
  Deployment: deployment,
  DeployPlan: deployPlan,
  DeployPulled: deployPulled,
  DeployService: deployService,
  DeployStatus: deployStatus,
  DeployStrategyPlan: deployStrategyPlan,
  DeployStrategyRun: deployStrategyRun,
  Difference: difference,
  Entry: entry,
  Failed: failed,
  FileDigest: fileDigest,
  FileExported: fileExported,
  FlagChecked: flagChecked,
  FlagEvaluation: flagEvaluation,
  FlagExplanation: flagExplanation,
  FlagFlip: flagFlip,
  FlagList: flagList,
  FlagsStale: flagsStale,
  FlagsWritten: flagsWritten,
  FlagsChange: flagsChange,
  FlagShown: flagShown,
  FlagVersion: flagVersion,
  ForgetRun: forgetRun,
  FoundEntry: foundEntry,
  InclusionCheck: inclusionCheck,
  InclusionProof: inclusionProof,
  KeyAdded: keyAdded,
  KeyList: keyList,
  KeyRemoved: keyRemoved,
  KeysMade: keysMade,
  KeysRotated: keysRotated,
  ManifestRun: manifestRun,
  ManifestVerification: manifestVerification,
  MigrationLint: migrationLint,
  MigrationPlan: migrationPlan,
  MigrationRepaired: migrationRepaired,
  MigrationRun: migrationRun,
  MigrationStatus: migrationStatus,
  MigrationVerification: migrationVerification,
  PolicyComparison: policyComparison,
  PruneRun: pruneRun,
  RecordsErased: recordsErased,
  RecordsJournal: recordsJournal,
  Release: release,
  ReleaseChangelog: releaseChangelog,
  ReleaseCurrent: releaseCurrent,
  ReleaseDifference: releaseDifference,
  ReleaseExported: releaseExported,
  ReleaseList: releaseList,
  ReleasePlan: releasePlan,
  ReleaseResumed: releaseResumed,
  ReleaseStatus: releaseStanding,
  ReleaseSummary: releaseSummary,
  ReleaseVerification: releaseVerification,
  RepairRun: repairRun,
  RepositoryStats: repositoryStats,
  CleanedParts: cleanedParts,
  RepositoryStatus: repositoryStatus,
  RestoreRun: restoreRun,
  RetentionPlan: retentionPlan,
  RetentionSimulation: retentionSimulation,
  LogRecord: logRecord,
  LogsBundle: logsBundle,
  LogsCheckpoint: logsCheckpoint,
  LogsCleaned: logsCleaned,
  LogsExported: logsExported,
  LogsImported: logsImported,
  LogsStats: logsStats,
  LogsVerification: logsVerification,
  Dashboard: dashboard,
  DrillList: drillList,
  DrillPlan: drillPlan,
  DrillRun: drillRun,
  DrillStatus: drillStatus,
  HealthEvent: healthEvent,
  HealthHistory: healthHistory,
  HealthReport: healthReport,
  ReportRun: reportRun,
  ScheduleDaemon: scheduleDaemon,
  CommittedManifests: committedManifests,
  ScheduleEvent: scheduleEvent,
  ScheduleHistory: scheduleHistory,
  ScheduleList: scheduleList,
  ScheduleNext: scheduleNext,
  ScheduleNow: scheduleNow,
  ScheduleRun: scheduleRun,
  ScheduleUnit: scheduleUnit,
  ScrubRun: scrubRun,
  SignatureVerification: signatureVerification,
  ModelAdded: modelAdded,
  ModelApproved: modelApproved,
  ModelAliases: modelAliases,
  ModelBom: modelBom,
  ModelCard: modelCard,
  ModelCleanup: modelCleanup,
  ModelDeleted: modelDeleted,
  ModelDiff: modelDiff,
  ModelEvent: modelEvent,
  ModelInspection: modelInspection,
  ModelLineage: modelLineage,
  ModelList: modelList,
  ModelLottery: modelLottery,
  ModelMove: modelMove,
  ModelReport: modelReport,
  ModelRestored: modelRestored,
  ModelScrub: modelScrub,
  ModelUsage: modelUsage,
  ModelSigned: modelSigned,
  ModelValidation: modelValidation,
  ModelVerified: modelVerified,
  ModelVersion: modelVersion,
  PromotionPlan: promotionPlan,
  ModelWatched: modelWatched,
  Signed: signed,
  Snapshot: snapshot,
  RestoreValidation: restoreValidation,
  RollbackRun: rollbackRun,
  SnapshotList: snapshotList,
  Tenant: tenantShape,
  TenantErasure: tenantErasure,
  TenantList: tenantList,
  TenantShown: tenantShown,
  StructureBackup: structureBackup,
  StructureCatalog: structureCatalog,
  StructureDiff: structureDiff,
  StructureForget: structureForget,
  StructureInventory: structureInventory,
  StructureRestore: structureRestore,
  VerifyReport: verifyReport,
};

/** Name of a shape. */
export type ShapeName = keyof typeof SHAPES;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The type of a shape. */
export type ShapeOf<Name extends ShapeName> = DeepReadonly<z.infer<(typeof SHAPES)[Name]>>;
