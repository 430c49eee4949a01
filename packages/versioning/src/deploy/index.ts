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
