import type { LogRetention } from '@x/logging';
import type { MetricSet } from '@x/ml-model-registry';
import type { CompressionProfile } from '@x/backup-store';
import type { Roles, Users } from '@x/operations/access';
import type { AlertSettings } from './alerts.ts';
import type { DeploySettings } from './deploys.ts';
import type { DrillSettings } from './drills.ts';
import type { Field } from './field.ts';
import type { HealthSettings } from './health.ts';
import type { ModelTrustSettings } from './model-trust.ts';
import { OPERATIONS_FIELDS } from './operations-fields.ts';
import type { RetentionConfig, WrittenPolicies } from './policies.ts';
import type { ReleaseSettings } from './releases.ts';
import type { ReportSettings } from './reports.ts';
import type { ScheduledJobs } from './schedule.ts';
import type { TenantConfigs } from './tenants.ts';

/** Every setting with its value in force. Paths are absolute. */
export interface Settings
  extends
    AlertSettings,
    DeploySettings,
    DrillSettings,
    HealthSettings,
    ModelTrustSettings,
    ReleaseSettings,
    ReportSettings {
  readonly repository?: string | undefined;
  /** Where the keyring is, when it is not in the repository. */
  readonly keyStore?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly identityFile?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly passphraseFile?: string | undefined;
  readonly tenant: string;
  readonly tenants: TenantConfigs;
  readonly 'sources.paths': readonly string[];
  /** As they are written: `[name=]url`. */
  readonly 'sources.databases': readonly string[];
  readonly 'sources.exclude': readonly string[];
  /** Default: by the kind of backup. */
  readonly profile?: CompressionProfile | undefined;
  readonly 'prune.maxUnusedPercent'?: number | undefined;
  /** Durations stay as they are typed. */
  readonly 'prune.wait'?: string | undefined;
  readonly 'prune.fenceAfter'?: string | undefined;
  readonly 'retention.policies': WrittenPolicies;
  readonly 'retention.tenants': NonNullable<RetentionConfig['tenants']>;
  readonly 'retention.default'?: string | undefined;
  readonly 'retention.timeZone'?: string | undefined;
  readonly 'structure.root'?: string | undefined;
  readonly 'structure.components'?: readonly string[] | undefined;
  readonly 'structure.styles'?: readonly string[] | undefined;
  readonly 'structure.i18n'?: readonly string[] | undefined;
  readonly 'structure.migrations'?: readonly string[] | undefined;
  readonly 'flags.file'?: string | undefined;
  readonly 'flags.store'?: string | undefined;
  readonly 'models.store'?: string | undefined;
  readonly 'models.tenant'?: string | undefined;
  readonly 'models.retention'?: string | undefined;
  readonly 'models.changes'?: Readonly<Record<string, 'major' | 'minor' | 'patch'>> | undefined;
  readonly 'models.metrics'?: Readonly<Record<string, 'lottery' | MetricSet>> | undefined;
  readonly 'models.folders'?: readonly string[] | undefined;
  /** As it is written: a URL, or the name of a variable. */
  readonly 'migrate.database'?: string | undefined;
  readonly 'migrate.passwordFile'?: string | undefined;
  readonly 'migrate.migrations'?: string | undefined;
  readonly 'migrate.lockTimeout'?: string | undefined;
  readonly 'git.enabled'?: boolean | undefined;
  readonly 'git.autoCommit'?: boolean | undefined;
  readonly 'git.branch'?: string | undefined;
  readonly 'git.directory'?: string | undefined;
  readonly 'schedule.store'?: string | undefined;
  readonly 'schedule.timeZone'?: string | undefined;
  /** A duration as it is typed. */
  readonly 'schedule.keep'?: string | undefined;
  /** A duration, or `never`. */
  readonly 'schedule.fullEvery'?: string | undefined;
  readonly 'schedule.jobs'?: ScheduledJobs | undefined;
  readonly 'access.roles'?: Roles | undefined;
  readonly 'access.users'?: Users | undefined;
  readonly 'logs.directory'?: string | undefined;
  readonly 'logs.retention'?: LogRetention | undefined;
  readonly 'logs.signKey'?: string | undefined;
  readonly 'logs.signKeyPassphraseFile'?: string | undefined;
  readonly 'logs.signKeyPassphrase'?: string | undefined;
  readonly 'logs.trustKeys'?: readonly string[] | undefined;
  readonly 'logs.redact'?: readonly string[] | undefined;
  readonly 'performance.readers'?: number | undefined;
  readonly 'performance.workers'?: number | undefined;
  readonly 'performance.bufferBytes'?: number | undefined;
  readonly 'performance.cacheBytes'?: number | undefined;
  readonly cacheDirectory?: string | undefined;
}

/** Name of a setting: its path in the configuration file. */
export type SettingName = keyof Settings;

/**
 * The settings, in the order in which `config show` prints them. Flag > environment > file > default.
 */
export const FIELDS: readonly Field<SettingName>[] = [
  { name: 'repository', option: 'repo', flag: '--repo', variable: 'HOLDFAST_REPO', type: 'location' },
  { name: 'keyStore', option: 'keyStore', flag: '--key-store', variable: 'HOLDFAST_KEY_STORE', type: 'location' },
  { name: 'keyFile', option: 'keyFile', flag: '--key-file', variable: 'HOLDFAST_KEY_FILE', type: 'path' },
  {
    name: 'identityFile',
    option: 'identity',
    flag: '--identity',
    variable: 'HOLDFAST_IDENTITY_FILE',
    type: 'path',
  },
  { name: 'passphrase', variable: 'HOLDFAST_PASSPHRASE', file: false, type: 'text', secret: true },
  {
    name: 'passphraseFile',
    option: 'passphraseFile',
    flag: '--passphrase-file',
    variable: 'HOLDFAST_PASSPHRASE_FILE',
    type: 'path',
  },
  { name: 'tenant', option: 'tenant', flag: '--tenant', type: 'text', default: 'default' },
  { name: 'tenants', type: 'other', default: {} },
  { name: 'sources.paths', type: 'paths', default: [] },
  { name: 'sources.databases', type: 'other', default: [] },
  { name: 'sources.exclude', type: 'other', default: [] },
  { name: 'profile', option: 'profile', flag: '--profile', type: 'text' },
  { name: 'prune.maxUnusedPercent', option: 'maxUnused', flag: '--max-unused', type: 'other' },
  { name: 'prune.wait', option: 'wait', flag: '--wait', type: 'text' },
  { name: 'prune.fenceAfter', option: 'fenceAfter', flag: '--fence-after', type: 'text' },
  { name: 'retention.policies', type: 'other', default: {} },
  { name: 'retention.tenants', type: 'other', default: {} },
  { name: 'retention.default', type: 'text' },
  { name: 'retention.timeZone', option: 'timeZone', flag: '--time-zone', type: 'text' },
  { name: 'structure.root', option: 'root', flag: '--root', type: 'path' },
  { name: 'structure.components', type: 'other' },
  { name: 'structure.styles', type: 'other' },
  { name: 'structure.i18n', type: 'other' },
  { name: 'structure.migrations', type: 'other' },
  { name: 'flags.file', option: 'flags', flag: '--flags', type: 'path' },
  { name: 'flags.store', option: 'flagsStore', flag: '--flags-store', type: 'location' },
  {
    name: 'models.store',
    option: 'modelsStore',
    flag: '--models-store',
    variable: 'HOLDFAST_MODELS_STORE',
    type: 'location',
  },
  { name: 'models.tenant', type: 'text' },
  { name: 'models.changes', type: 'other' },
  { name: 'models.retention', type: 'text' },
  { name: 'models.accept', option: 'accept', flag: '--accept', type: 'text' },
  { name: 'models.maxBytes', option: 'maxBytes', flag: '--max-bytes', type: 'other' },
  { name: 'models.signKey', option: 'signKey', flag: '--sign-key', variable: 'HOLDFAST_MODEL_KEY_FILE', type: 'path' },
  {
    name: 'models.signKeyPassphraseFile',
    option: 'keyPassphraseFile',
    flag: '--key-passphrase-file',
    variable: 'HOLDFAST_MODEL_KEY_PASSPHRASE_FILE',
    type: 'path',
  },
  {
    name: 'models.signKeyPassphrase',
    variable: 'HOLDFAST_MODEL_KEY_PASSPHRASE',
    file: false,
    type: 'text',
    secret: true,
  },
  { name: 'models.signCertificates', type: 'path' },
  { name: 'models.trustKeys', type: 'paths' },
  { name: 'models.trustRoots', type: 'path' },
  { name: 'models.gates', type: 'other' },
  { name: 'models.loadTest', type: 'other' },
  { name: 'models.metrics', type: 'other' },
  { name: 'models.folders', type: 'paths' },
  { name: 'release.store', option: 'store', flag: '--store', variable: 'HOLDFAST_RELEASE_STORE', type: 'location' },
  { name: 'release.component', option: 'component', flag: '--component', type: 'text' },
  { name: 'release.components', type: 'other' },
  { name: 'release.paths', type: 'other' },
  { name: 'release.tagPrefix', type: 'text' },
  { name: 'release.branches', type: 'other' },
  { name: 'release.remote', type: 'text' },
  { name: 'release.changelog', type: 'other' },
  { name: 'release.versionFiles', type: 'other' },
  { name: 'release.intents', type: 'text' },
  { name: 'release.artifact', type: 'other' },
  { name: 'release.sbom', type: 'other' },
  { name: 'release.migrations', option: 'migrations', flag: '--migrations', type: 'path' },
  {
    name: 'release.signKey',
    option: 'signKey',
    flag: '--sign-key',
    variable: 'HOLDFAST_SIGNING_KEY_FILE',
    type: 'path',
  },
  {
    name: 'release.signKeyPassphraseFile',
    option: 'keyPassphraseFile',
    flag: '--key-passphrase-file',
    variable: 'HOLDFAST_SIGNING_KEY_PASSPHRASE_FILE',
    type: 'path',
  },
  {
    name: 'release.signKeyPassphrase',
    variable: 'HOLDFAST_SIGNING_KEY_PASSPHRASE',
    file: false,
    type: 'text',
    secret: true,
  },
  { name: 'release.trustKeys', type: 'paths' },
  { name: 'release.signTags', type: 'other' },
  { name: 'release.types', type: 'other' },
  { name: 'release.titles', type: 'other' },
  { name: 'release.preMajor', type: 'text' },
  { name: 'deploy.root', option: 'root', flag: '--root', variable: 'HOLDFAST_DEPLOY_ROOT', type: 'path' },
  { name: 'deploy.backups', type: 'path' },
  { name: 'deploy.shared', type: 'other' },
  { name: 'deploy.links', type: 'other' },
  { name: 'deploy.env', type: 'other' },
  { name: 'deploy.install', type: 'other' },
  { name: 'deploy.requires', type: 'other' },
  { name: 'deploy.service', type: 'other' },
  { name: 'deploy.service.name', option: 'service', flag: '--service', type: 'text' },
  { name: 'deploy.service.type', option: 'serviceType', flag: '--service-type', type: 'text' },
  { name: 'deploy.service.port', option: 'port', flag: '--port', type: 'other' },
  { name: 'deploy.health.url', type: 'text' },
  { name: 'deploy.health.timeout', type: 'text' },
  { name: 'deploy.health.version', type: 'text' },
  { name: 'deploy.preChecks', type: 'other' },
  { name: 'deploy.checks', type: 'other' },
  { name: 'deploy.keep', option: 'keep', flag: '--keep', type: 'other' },
  { name: 'deploy.channel', option: 'channel', flag: '--channel', type: 'text', default: 'prod' },
  { name: 'deploy.follows', type: 'text' },
  { name: 'deploy.strategies', type: 'other' },
  { name: 'deploy.businessHours', type: 'other' },
  { name: 'deploy.backup', type: 'text' },
  { name: 'deploy.restoreData', type: 'text' },
  { name: 'deploy.expandMigrations', type: 'text' },
  { name: 'deploy.objective', type: 'text' },
  { name: 'deploy.maintenanceHook', type: 'other' },
  { name: 'migrate.database', option: 'database', flag: '--database', type: 'text' },
  { name: 'migrate.passwordFile', option: 'passwordFile', flag: '--password-file', type: 'path' },
  { name: 'migrate.migrations', type: 'path' },
  { name: 'migrate.lockTimeout', option: 'lockTimeout', flag: '--lock-timeout', type: 'text' },
  { name: 'git.enabled', type: 'other' },
  { name: 'git.autoCommit', type: 'other' },
  { name: 'git.branch', type: 'text' },
  { name: 'git.directory', type: 'path' },
  {
    name: 'schedule.store',
    option: 'scheduleStore',
    flag: '--schedule-store',
    variable: 'HOLDFAST_SCHEDULE_STORE',
    type: 'location',
  },
  { name: 'schedule.timeZone', type: 'text' },
  { name: 'schedule.keep', type: 'text' },
  { name: 'schedule.fullEvery', type: 'text' },
  { name: 'schedule.jobs', type: 'other' },
  ...OPERATIONS_FIELDS,
  { name: 'performance.readers', type: 'other' },
  { name: 'performance.workers', type: 'other' },
  { name: 'performance.bufferBytes', type: 'other' },
  { name: 'performance.cacheBytes', type: 'other' },
  { name: 'cacheDirectory', type: 'path' },
];
