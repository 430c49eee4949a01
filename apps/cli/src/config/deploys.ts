import type { StrategyConfigs } from './deploy-strategies.ts';
import type { BusinessHours, DeployLayoutOptions } from '@x/versioning/deploy';

/** How a service is run, as the configuration says it. */
export interface DeployServiceConfig {
  readonly name?: string | undefined;
  readonly type?: 'process' | 'systemd' | 'compose' | 'nssm' | 'windows' | undefined;
  readonly command?: readonly [string, ...string[]] | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Of Docker Compose. */
  readonly file?: string | undefined;
  readonly project?: string | undefined;
}

/** What of the configuration is about deploys. Paths are absolute. */
export interface DeployConfig extends Pick<DeployLayoutOptions, 'env' | 'links' | 'backups'> {
  readonly root?: string | undefined;
  readonly shared?: readonly string[] | undefined;
  readonly install?: readonly [string, ...string[]] | undefined;
  readonly maintenanceHook?: readonly [string, ...string[]] | undefined;
  readonly 'service.name'?: string | undefined;
  readonly 'service.type'?: DeployServiceConfig['type'];
  readonly 'service.port'?: number | undefined;
  readonly service?: DeployServiceConfig | undefined;
  readonly 'health.url'?: string | undefined;
  /** A duration as it is typed. */
  readonly 'health.timeout'?: string | undefined;
  /** The member of the answer that has the version. */
  readonly 'health.version'?: string | undefined;
  readonly preChecks?: readonly unknown[] | undefined;
  readonly checks?: readonly unknown[] | undefined;
  readonly keep?: number | undefined;
  readonly channel: string;
  /** Channel of releases that `deploy run --pull` follows. */
  readonly follows?: string | undefined;
  readonly strategies?: StrategyConfigs | undefined;
  /** When people are at work who could look after a deploy. */
  readonly businessHours?: BusinessHours | undefined;
  /** URL of the database. */
  readonly 'migrations.database'?: string | undefined;
  readonly backup?: 'required' | 'none' | undefined;
  readonly restoreData?: 'offer' | 'automatic' | 'never' | undefined;
  readonly expandMigrations?: 'keep' | 'back' | undefined;
  /** A duration as it is typed. */
  readonly objective?: string | undefined;
}

/** The same as settings: each under its name in the configuration. */
export type DeploySettings = {
  readonly [Name in keyof DeployConfig as `deploy.${Name}`]: DeployConfig[Name];
};
