import type { CheckResult } from '../checks/contract.ts';

/** What a deploy does, in this order; a plan has those that it needs. */
export type DeployStepName =
  | 'pre-checks'
  | 'maintenance-on'
  | 'safety-backup'
  | 'expand'
  | 'stage'
  | 'switch'
  | 'service'
  | 'post-checks'
  | 'data'
  | 'contract'
  | 'maintenance-off'
  | 'good';

/** What a rollback does, in this order. */
export type RollbackStepName =
  | 'validate'
  | 'maintenance-on'
  | 'safety-backup'
  | 'migrations-back'
  | 'restore-data'
  | 'check-files'
  | 'switch'
  | 'service'
  | 'post-checks'
  | 'maintenance-off'
  | 'good';

/** A step of either. */
export type DeployRunStep = DeployStepName | RollbackStepName;

/** How a step ended, as the journal and the report have it. */
export interface StepReport {
  readonly step: DeployRunStep;
  /** `left`: neither done nor taken back, as somebody has accepted that, or as nobody is in need of it. */
  readonly outcome: 'done' | 'failed' | 'undone' | 'left';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ms: number;
  /** For people: what was done, or what stopped it. */
  readonly detail: string;
  readonly checks?: readonly CheckResult[] | undefined;
  /** Of a restore: what did not come back, and why. */
  readonly partial?: readonly string[] | undefined;
}

/** One deploy or rollback as the history keeps it. */
export interface Deployment {
  readonly id: string;
  /** `automatic-rollback` stands in histories of others: here a deploy that went back has the outcome `rolled-back` and a `wayBack`. */
  readonly kind: 'deploy' | 'rollback' | 'automatic-rollback' | 'restart';
  readonly version: string;
  /** What was current before. */
  readonly from?: string | undefined;
  readonly channel: string;
  readonly strategy: string;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'rolled-back' | 'undone';
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  readonly ms?: number | undefined;
  readonly steps: readonly StepReport[];
  /** The backup that was made first; what a rollback past a `contract` step has to name. */
  readonly backup?: string | undefined;
  /** When the commits of the release were made, the median: for lead time. ISO 8601, UTC. */
  readonly committedAt?: string | undefined;
  readonly migrations: number;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** Ids of the migrations that it has applied and not taken back. */
  readonly migrated?: readonly string[] | undefined;
  /** How long it took to be back on the release before, for what went back: held against the objective. */
  readonly wayBack?: WayBack | undefined;
  /** Steps that were left as they are: neither done nor taken back. */
  readonly left?: readonly DeployRunStep[] | undefined;
  /** The folder with what was kept of a failure: the report, and the last lines of the service's log. */
  readonly evidence?: string | undefined;
}

/** How long a rollback took, on purpose or by itself, beside how long it may take. */
export interface WayBack {
  readonly ms: number;
  readonly objectiveMs: number;
  readonly isMet: boolean;
}

/** Makes and restores the safety backup of a deploy. The command line program gives it `@x/backup-store`: every tenant, and the shared structure. */
export interface SafetyBackup {
  /** Gives a name by which `restore` finds it again; none where there was nothing to save. Called again after a kill: a second backup is no error. */
  create(call: SafetyBackupCall): Promise<{ readonly id?: string | undefined; readonly detail: string }>;
  /** What `restore` would drop: writes since the backup, for people. */
  preview(id: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly string[]>;
  /** Brings everything back to that backup, and says what did not come back. */
  restore(id: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<RestoredBackup | void>;
}

/** What has become of a restore. */
export interface RestoredBackup {
  /** What of the backup did not come back, and why, for people: the restore is partial then. */
  readonly partial?: readonly string[] | undefined;
  /** What else was done, for people: what had to be moved aside, for example. */
  readonly notes?: readonly string[] | undefined;
}

/** What a safety backup is made for. */
export interface SafetyBackupCall {
  readonly version: string;
  readonly kind: 'pre-deploy' | 'pre-rollback';
  /** The same for one deploy, also when it is resumed. */
  readonly deployment: string;
  readonly signal?: AbortSignal | undefined;
}
