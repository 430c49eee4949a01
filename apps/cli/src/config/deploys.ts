import type { StrategyConfigs } from './deploy-strategies.ts';
import type { BusinessHours, CommandServiceOptions, DeployLayoutOptions } from '@x/versioning/deploy';

/** Who keeps a service running. */
export const SERVICE_TYPES = ['process', 'systemd', 'compose', 'command', 'nssm', 'windows'] as const;

/** One of {@link SERVICE_TYPES}. */
export type ServiceType = (typeof SERVICE_TYPES)[number];

/** How a service is run, as the configuration says it. */
export interface DeployServiceConfig {
  readonly command?: readonly [string, ...string[]] | undefined;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Of `process`. */
  readonly front?: 'http' | 'tcp' | 'none' | undefined;
  /** Of `systemd`. */
  readonly scope?: 'system' | 'user' | undefined;
  /** Of `compose`. */
  readonly files?: readonly string[] | undefined;
  readonly project?: string | undefined;
  /** Of `command`. */
  readonly commands?: CommandServiceOptions | undefined;
}

/** What of the configuration is about deploys. Paths are absolute. */
export interface DeployConfig extends Pick<DeployLayoutOptions, 'env' | 'links' | 'backups'> {
  readonly root?: string | undefined;
  readonly shared?: readonly string[] | undefined;
  readonly install?: readonly [string, ...string[]] | undefined;
  /** Ranges of versions by program. */
  readonly requires?: Readonly<Record<string, string>> | undefined;
  readonly maintenanceHook?: readonly [string, ...string[]] | undefined;
  readonly 'service.name'?: string | undefined;
  readonly 'service.type'?: ServiceType | undefined;
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
