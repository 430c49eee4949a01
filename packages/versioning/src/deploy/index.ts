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
export type { BackupFreshCheckOptions, LatestBackup } from './checks/backup-fresh-check.ts';
export { commandCheck } from './checks/command-check.ts';
export type { CommandCheckOptions } from './checks/command-check.ts';
export { containerCheck } from './checks/container-check.ts';
export type { ContainerCheckOptions } from './checks/container-check.ts';
export type { Check, CheckContext, CheckOutcome, CheckResult } from './checks/contract.ts';
export { diskCheck } from './checks/disk-check.ts';
export type { DiskCheckOptions } from './checks/disk-check.ts';
export { httpCheck } from './checks/http-check.ts';
export type { HttpCheckOptions, ReportedVersion } from './checks/http-check.ts';
export type { Sleep } from './checks/clock.ts';
export type { CheckTiming } from './checks/measured-check.ts';
export { parseChecks } from './checks/parse-checks.ts';
export type { ParseChecksOptions } from './checks/parse-checks.ts';
export { postgresCheck } from './checks/postgres-check.ts';
export type { PostgresCheckOptions } from './checks/postgres-check.ts';
export { redisCheck } from './checks/redis-check.ts';
export type { RedisCheckOptions } from './checks/redis-check.ts';
export { runChecks } from './checks/run-checks.ts';
export type { ChecksReport, RunChecksOptions } from './checks/run-checks.ts';
export type { Secret } from './checks/secret.ts';
export { tcpCheck } from './checks/tcp-check.ts';
export type { TcpCheckOptions } from './checks/tcp-check.ts';
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
export type { Strategy, StrategyAction, StrategyCall, StrategyOutcome } from './strategies/contract.ts';
export type { GithubAccess } from './strategies/github-api.ts';
export { hybridStrategy } from './strategies/hybrid.ts';
export type { HybridOptions } from './strategies/hybrid.ts';
export { localRestartStrategy } from './strategies/local-restart.ts';
export type { LocalRestartOptions } from './strategies/local-restart.ts';
export { pullDeploys, pullOnce } from './strategies/pull.ts';
export type { PullLoopOptions, PullOptions, PullResult } from './strategies/pull.ts';
export { remoteCiStrategy } from './strategies/remote-ci.ts';
export type { RemoteCiOptions } from './strategies/remote-ci.ts';
export type { RemoteHost } from './strategies/remote-host.ts';
export type { DeployAnswer, DeployRequest } from './strategies/request-book.ts';
export { serverControlledStrategy } from './strategies/server-controlled.ts';
export type { ServerControlledOptions } from './strategies/server-controlled.ts';
