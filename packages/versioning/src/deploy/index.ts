export type { Check, CheckContext, CheckOutcome, CheckResult } from './checks/contract.ts';
export { applyClean, type ApplyCleanOptions, type CleanReport } from './clean/apply-clean.ts';
export { findLiveReleases, type LiveReleases } from './clean/live-releases.ts';
export { type CleanDecision, type CleanPlan, planClean, type PlanCleanOptions } from './clean/plan-clean.ts';
export { removeRelease } from './clean/remove-release.ts';
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
  DeployStepName,
  RollbackStepName,
  SafetyBackup,
  SafetyBackupCall,
  StepReport,
} from './run/contract.ts';
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
