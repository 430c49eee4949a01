import type { BackupOptions, BackupResult, OpenRepositoryOptions, Repository } from '@x/backup-store';
import type { Flags, FlagsOptions } from '@x/feature-flags';
import type { Logs, LogsOptions } from '@x/logging';
import type { ModelRegistry, ModelRegistryOptions } from '@x/ml-model-registry';
import type { RetentionPolicy } from '@x/retention';
import type { ObjectStore } from '@x/storage';
import type { ReleaseManager, ReleaseManagerOptions } from '@x/versioning';
import type { Deployer, DeployerOptions } from '@x/versioning/deploy';
import type { Access, AccessOptions, Principal } from '../access/contract.ts';
import type { Alerts, AlertsOptions } from '../alerts/contract.ts';
import type { DiskSpace } from '../alerts/disk/disk-watch.ts';
import type { RansomwareLimits } from '../alerts/ransomware/judge-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { DrillPolicy } from '../drills/policy.ts';
import type { DrillPlaces } from '../drills/try-restore.ts';
import type { EventBook } from '../events/contract.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Health, HealthOptions } from '../health/contract.ts';
import type { Dashboard } from '../metrics/contract.ts';
import type { ObjectiveJudgement, ObjectivesPolicy } from '../objectives/contract.ts';
import type { ReportData } from '../report/contract.ts';
import type { PeriodKind, ReportPeriod } from '../report/period.ts';
import type { ReportFormat } from '../report/write-reports.ts';
import type { Job, RunContext } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/contract.ts';
import type { Timing } from '../timing/timing.ts';

/** What is backed up of a tenant: sources, paths, modules, and what belongs to them. */
export type BackedUp = Omit<BackupOptions, 'tenant' | 'trigger' | 'kind' | 'fullEveryMs' | 'signal' | 'onProgress'>;

/** A tenant, and what is promised to it. */
export interface HoldfastTenant {
  /** What is backed up; asked for anew each time where it is a function. */
  readonly backup: BackedUp | (() => BackedUp | Promise<BackedUp>);
  /** When; default as `schedule.backup` says. */
  readonly timing?: Timing | undefined;
  /** Its `rto` is shorter. Default `false`. */
  readonly critical?: boolean | undefined;
  /** What stays; default as `retention.policy` says. */
  readonly retention?: RetentionPolicy | undefined;
  /** Runs before each scheduled backup. When it fails, there is none. */
  readonly before?: ((run: RunContext) => Promise<void>) | undefined;
  /** Runs after each scheduled backup, whatever became of it. */
  readonly after?: ((run: RunContext, result: BackupResult | undefined) => Promise<void>) | undefined;
}

/** When what runs by itself. `null`: it does not. */
export interface HoldfastTimings {
  /** Default 02:00. */
  readonly backup?: Timing | null | undefined;
  /** Frees what no snapshot needs. Default 04:00. */
  readonly prune?: Timing | null | undefined;
  /** Reads a sample of all packs. Default 05:00 on Sundays. */
  readonly verify?: Timing | null | undefined;
  /** Tries the restores that are due. Default 06:00. */
  readonly drills?: Timing | null | undefined;
  /** Looks at disks, objectives and what did not come, and sends what waits. Default every 5 minutes. */
  readonly look?: Timing | null | undefined;
  /** Writes the reports of what is over. Default 07:00. */
  readonly reports?: Timing | null | undefined;
  /** Forgets logs and reports. Default 03:00. */
  readonly clean?: Timing | null | undefined;
}

/** What runs by itself, and how. */
export interface HoldfastSchedule extends HoldfastTimings {
  /** Whose times of day count; default UTC. */
  readonly timeZone?: string | undefined;
  /** A backup is full when no full one is younger, in milliseconds. Default 7 days. */
  readonly fullEveryMs?: number | undefined;
  /** Jobs of one's own. */
  readonly jobs?: readonly Job[] | undefined;
  readonly concurrency?: number | undefined;
  readonly instance?: string | undefined;
}

/** Which reports are written, and where. */
export interface HoldfastReports {
  readonly directory: string;
  /** Default: daily, weekly, monthly and quarterly. */
  readonly kinds?: readonly Exclude<PeriodKind, 'custom'>[] | undefined;
  /** Default: JSON and HTML. PDF needs `pdfkit`. */
  readonly formats?: readonly ReportFormat[] | undefined;
  /** Reports are removed after so long, in milliseconds. Default 2 years. */
  readonly keepMs?: number | undefined;
  readonly title?: string | undefined;
}

/** One configuration of everything. Only `state` and `repository` are needed. */
export interface HoldfastConfig {
  /** Where runs, alerts, health and measurements are kept: one store, or its folder or URL, for all machines that share them. */
  readonly state: ObjectStore | string;
  readonly repository: Omit<OpenRepositoryOptions, 'onEvent' | 'clock'>;
  /** By name. Tenants that are not there yet are added when they are backed up first. */
  readonly tenants?: Readonly<Record<string, HoldfastTenant>> | undefined;
  /** Default: 7 daily, 4 weekly and 12 monthly ones, in the time zone of the schedule. */
  readonly retention?: { readonly policy?: RetentionPolicy | undefined } | undefined;
  readonly schedule?: HoldfastSchedule | undefined;
  /** Keeps the audit log, which then is the book of events. */
  readonly logs?: Omit<LogsOptions, 'clock' | 'host'> | undefined;
  /** Where events are kept. Default: the audit log, else `state`. */
  readonly book?: EventBook | undefined;
  readonly releases?: Omit<ReleaseManagerOptions, 'onEvent' | 'clock'> | undefined;
  /** `releases` of it default to those above. */
  readonly deploy?:
    | (Omit<DeployerOptions, 'onEvent' | 'clock' | 'authorize' | 'releases'> &
        Partial<Pick<DeployerOptions, 'releases'>>)
    | undefined;
  readonly flags?: FlagsOptions | undefined;
  readonly models?: Omit<ModelRegistryOptions, 'repository' | 'onEvent' | 'clock' | 'authorize'> | undefined;
  readonly access?: Pick<AccessOptions, 'roles' | 'users' | 'unrecorded'> | undefined;
  readonly alerts?:
    | (Pick<AlertsOptions, 'channels' | 'rules' | 'quietHours'> & {
        /** When a snapshot looks like the work of ransomware. */
        readonly ransomware?: RansomwareLimits | undefined;
      })
    | undefined;
  /** Folders whose disks are looked at. Default: that of the repository. `measure` looks elsewhere than at the operating system. */
  readonly disks?:
    | {
        readonly destinations?: readonly string[] | undefined;
        /** Looks elsewhere than at the operating system. */
        readonly measure?: ((destination: string) => Promise<DiskSpace | undefined>) | undefined;
      }
    | undefined;
  readonly health?: Pick<HealthOptions, 'checks' | 'everyMs' | 'timeoutMs' | 'failures' | 'successes'> | undefined;
  readonly drills?: (DrillPolicy & DrillPlaces & { readonly sandbox?: string | undefined }) | undefined;
  readonly objectives?: ObjectivesPolicy | undefined;
  readonly reports?: HoldfastReports | undefined;
  /** Who works, in events, and who is asked for by the packages. Default: the user of the operating system. */
  readonly principal?: string | undefined;
  /** Name of this machine. Default: the host name. */
  readonly host?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Is told what went wrong beside the work itself: a book or an alert that could not be written. Must not throw. */
  readonly onProblem?: ((error: unknown) => void) | undefined;
}

/** What is done for somebody: each call asks first whether they may. */
export interface HoldfastAs {
  /** The repository, opened when it is asked for first. @throws {BackupError} as `openRepository`. */
  repository(): Promise<Repository>;
  /** Releases. @throws {OperationsError} `NOT_CONFIGURED` */
  releases(): ReleaseManager;
  /** What deploys them to this machine. @throws {OperationsError} `NOT_CONFIGURED` */
  deployer(): Deployer;
  /** The registry of models. @throws {OperationsError} `NOT_CONFIGURED` */
  models(): Promise<ModelRegistry>;
}

/** What everything that can be forgotten came to. */
export interface Cleanup {
  readonly dryRun: boolean;
  /** By tenant, ids of snapshots. */
  readonly snapshots: Readonly<Record<string, readonly string[]>>;
  /** Tenants under a hold, of which nothing goes. */
  readonly held: readonly string[];
  readonly logFiles: number;
  readonly reports: readonly string[];
}

/** All packages, wired from one configuration. Each part is opened when it is needed first. */
export interface Holdfast extends HoldfastAs, AsyncDisposable {
  readonly hub: EventHub;
  readonly book: EventBook;
  readonly logs: Logs | undefined;
  readonly access: Access;
  readonly alerts: Alerts;
  readonly health: Health;
  /** Has the jobs of the configuration; nothing runs before `start()`. */
  readonly scheduler: Scheduler;
  /** Flags of the configuration. @throws {OperationsError} `NOT_CONFIGURED` */
  flags(): Promise<Flags>;
  /** The same for somebody, who is asked about at each call. */
  as(principal: Principal): HoldfastAs;
  /** Backs a tenant of the configuration up now. @throws {OperationsError} `NOT_CONFIGURED`; {BackupError} */
  backUp(tenant: string, options?: Pick<BackupOptions, 'kind' | 'trigger' | 'signal' | 'note'>): Promise<BackupResult>;
  /** What happened, in numbers. */
  dashboard(): Promise<Dashboard>;
  /** What was promised, held against what was measured. */
  objectives(): Promise<readonly ObjectiveJudgement[]>;
  /** What happened in a period, to be read by people. */
  report(period: ReportPeriod): Promise<ReportData>;
  /** Forgets what policies do not keep. */
  cleanUp(options?: { readonly dryRun?: boolean | undefined }): Promise<Cleanup>;
  /** Stops the scheduler and the looks, waits for the book and for calls that have begun, and closes what was opened. Afterwards calls end with `CLOSED`. */
  close(): Promise<void>;
}
