export { BUILT_IN_STRATEGIES } from './advice/built-in-strategies.ts';
export type { AdviceContext, AdviceDiff, AdviceDisk, BusinessHours } from './advice/context.ts';
export { gatherContext } from './advice/gather-context.ts';
export type { GatherContextOptions } from './advice/gather-context.ts';
export { recommendStrategy } from './advice/recommend-strategy.ts';
export type {
  AdviceReason,
  RankedStrategy,
  RecommendStrategyOptions,
  StrategyAdvice,
} from './advice/recommend-strategy.ts';
export type { AdviceRule, RuleVerdict, StrategyProfile } from './advice/rule.ts';
export { backupFreshCheck } from './checks/backup-fresh-check.ts';
export type { BackupDestination, BackupFreshCheckOptions, LatestBackup } from './checks/backup-fresh-check.ts';
export { commandCheck } from './checks/command-check.ts';
export type { CommandCheckOptions } from './checks/command-check.ts';
export { containerCheck } from './checks/container-check.ts';
export type { ContainerCheckOptions } from './checks/container-check.ts';
export type { Check, CheckContext, CheckOutcome, CheckResult } from './checks/contract.ts';
export { diskCheck } from './checks/disk-check.ts';
export type { DiskCheckOptions } from './checks/disk-check.ts';
export { httpCheck } from './checks/http-check.ts';
export type { HttpCheckOptions, ReportedVersion } from './checks/http-check.ts';
export type { Sleep } from '../clock.ts';
export type { Attempt, CheckTiming } from './checks/measured-check.ts';
export { parseChecks } from './checks/parse-checks.ts';
export type { ParseChecksOptions } from './checks/parse-checks.ts';
export { modelCheck } from './checks/model-check.ts';
export type { ModelCheckOptions } from './checks/model-check.ts';
export { postgresCheck } from './checks/postgres-check.ts';
export type { PostgresCheckOptions } from './checks/postgres-check.ts';
export { programCheck } from './checks/program-check.ts';
export type { ProgramCheckOptions } from './checks/program-check.ts';
export { redisCheck } from './checks/redis-check.ts';
export type { RedisCheckOptions } from './checks/redis-check.ts';
export { runChecks } from './checks/run-checks.ts';
export type { ChecksReport, RunChecksOptions } from './checks/run-checks.ts';
export type { Secret } from './checks/secret.ts';
export { tcpCheck } from './checks/tcp-check.ts';
export type { TcpCheckOptions } from './checks/tcp-check.ts';
export { applyClean, type ApplyCleanOptions, type CleanReport } from './clean/apply-clean.ts';
export type { EvidenceDecision, KeptEvidence } from './clean/evidence.ts';
export { findLiveReleases, type LiveReleases } from './clean/live-releases.ts';
export { type CleanDecision, type CleanPlan, planClean, type PlanCleanOptions } from './clean/plan-clean.ts';
export { removeRelease } from './clean/remove-release.ts';
export { createDeployer, type Deployer } from './deployer.ts';
export { applyEnv } from './layout/apply-env.ts';
export { deployLayout } from './layout/deploy-layout.ts';
export { formatEnv } from './layout/env-text.ts';
export type {
  CurrentState,
  DeployedRelease,
  DeployedState,
  DeployLayout,
  DeployLayoutOptions,
  SharedLink,
} from './layout/model.ts';
export { deployMetrics } from './metrics/deploy-metrics.ts';
export type { ChannelMetrics, DeployMetrics, DeployMetricsOptions, RollbackMetrics } from './metrics/deploy-metrics.ts';
export { parseEnv } from './layout/parse-env.ts';
export { type EnvOrigin, type EnvPlan, planEnv } from './layout/plan-env.ts';
export { applyLayout, type LayoutFolder, type LayoutPlan, planLayout } from './layout/plan-layout.ts';
export { releaseFolder, versionName } from './layout/release-name.ts';
export {
  acquireDeployLock,
  type DeployLock,
  type DeployLockOptions,
  type DeployLockState,
  readDeployLock,
} from './lock/deploy-lock.ts';
export type { DeployLockOwner, LockTakeover } from './lock/lock-owner.ts';
export {
  isInMaintenance,
  type Maintenance,
  type MaintenanceOptions,
  readMaintenance,
  turnMaintenanceOff,
  turnMaintenanceOn,
} from './maintenance/maintenance.ts';
export type {
  Deployment,
  DeployRunStep,
  DeployStepName,
  RestoredBackup,
  RollbackStepName,
  SafetyBackup,
  SafetyBackupCall,
  StepReport,
  WayBack,
} from './run/contract.ts';
export type { DeployerOptions } from './run/deployer-options.ts';
export type { DeployIntent } from './run/intent.ts';
export type { ResumeOptions, UndoOptions } from './run/deploying.ts';
export type { DeployEvent, DeployListener } from './run/events.ts';
export type { DeployHistoryOptions } from './run/history.ts';
export type { CleanOutcome, InitialisedLayout } from './run/housekeeping.ts';
export type { DeployCallOptions, DeployRunOptions, RollbackRunOptions } from './run/options.ts';
export type { DeployNote } from './run/note-ledger.ts';
export type { DeployOverride } from './run/overrides.ts';
export type { HandAction } from './run/hand-actions.ts';
export type { HandVerb } from './run/hand-verb.ts';
export type { DeployAgreement, DeployPlan, FileCheck, PlannedDeployMigrations, PlannedDeployStep } from './run/plan.ts';
export type { RestoreData } from './run/recovery.ts';
export type { MaintenanceByHand } from './run/maintenance-by-hand.ts';
export type { HandOptions, ServiceByHand } from './run/service-by-hand.ts';
export type { DeployableRelease, ReleaseSource } from './run/source.ts';
export type { DeployStanding, DiskSpace } from './run/standing.ts';
export type { MigratorFactory } from './run/tools.ts';
export type {
  Service,
  ServiceAction,
  ServiceCall,
  ServiceLogOptions,
  ServiceSpec,
  ServiceStatus,
  ServiceVerb,
} from './service/contract.ts';
export { checkStaged, type CheckStagedOptions, type StagedDifference } from './stage/check-staged.ts';
export type { InstallOptions } from './stage/install.ts';
export type { ArtifactStageContent, FolderStageContent, StageContent } from './stage/source.ts';
export { removeUnfinished, stageRelease, type StageOptions } from './stage/stage-release.ts';
export { readStaged, type Reuse, type StagedRelease } from './stage/staged-record.ts';
export { type MarkOptions, type ReleaseStates, releaseStates } from './states/release-states.ts';
export type { StateEntry } from './states/state-entry.ts';
export { applySwitch } from './switch/apply-switch.ts';
export { planSwitch, type PlanSwitchOptions, type SwitchPlan } from './switch/plan-switch.ts';
export { type Pointer, readCurrent } from './switch/read-current.ts';
export { recoverSwitch, type SwitchRecovery } from './switch/recover-switch.ts';
export { processService } from './service/process/process-service.ts';
export type { ProcessServiceOptions, ServiceHealth } from './service/process/options.ts';
export { commandStrategy } from './strategies/command-strategy.ts';
export type { CommandStrategyOptions } from './strategies/command-strategy.ts';
export type { Strategy, StrategyAction, StrategyCall, StrategyOutcome } from './strategies/contract.ts';
export type { GithubAccess } from './strategies/github-api.ts';
export { hybridStrategy } from './strategies/hybrid.ts';
export type { HybridOptions } from './strategies/hybrid.ts';
export { localRestartStrategy } from './strategies/local-restart.ts';
export type { LocalRestartOptions } from './strategies/local-restart.ts';
export { pullDeploys, pullOnce } from './strategies/pull.ts';
export type { PassedOver, PullLoopOptions, PullOptions, PullResult } from './strategies/pull.ts';
export { remoteCiStrategy } from './strategies/remote-ci.ts';
export type { RemoteCiOptions } from './strategies/remote-ci.ts';
export type { RemoteHost } from './strategies/remote-host.ts';
export type { DeployAnswer, DeployRequest } from './strategies/request-book.ts';
export { serverControlledStrategy } from './strategies/server-controlled.ts';
export type { ServerControlledOptions } from './strategies/server-controlled.ts';
export { commandService, noService } from './service/command-service.ts';
export type { CommandServiceOptions } from './service/command-service.ts';
export { composeService } from './service/compose/compose-service.ts';
export type { ComposeServiceOptions } from './service/compose/compose-service.ts';
export { formatServiceAction } from './service/service-failure.ts';
export { serviceOf } from './service/service-of.ts';
export type { ServiceTypes } from './service/service-of.ts';
export { renderUnit } from './service/systemd/render-unit.ts';
export type { UnitOptions } from './service/systemd/render-unit.ts';
export { systemdService } from './service/systemd/systemd-service.ts';
export type { SystemdServiceOptions } from './service/systemd/systemd-service.ts';
export { nssmService, windowsService } from './service/windows/windows-service.ts';
export type { NssmServiceOptions, WindowsServiceOptions } from './service/windows/windows-service.ts';
