export type { Check, CheckContext, CheckOutcome, CheckResult } from './checks/contract.ts';
export type {
  CurrentState,
  DeployedRelease,
  DeployedState,
  DeployLayout,
  DeployLayoutOptions,
  SharedLink,
} from './layout/model.ts';
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
export { processService } from './service/process/process-service.ts';
export type { ProcessServiceOptions, ServiceHealth } from './service/process/options.ts';
