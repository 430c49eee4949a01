import type {
  AlertRule,
  DetailCondition,
  DiskThresholds,
  QuietHours,
  RansomwareLimits,
  Severity,
} from '@x/operations/alerts';

interface CommonChannel {
  readonly least?: Severity | undefined;
  /** A duration as it is typed. */
  readonly timeout?: string | undefined;
}

/** A way to tell people, as the configuration has it. */
export type ConfiguredChannel =
  | (CommonChannel & {
      readonly type: 'webhook';
      readonly url?: string | undefined;
      readonly urlFile?: string | undefined;
      readonly urlEnv?: string | undefined;
      readonly secretFile?: string | undefined;
      readonly secretEnv?: string | undefined;
      readonly caFile?: string | undefined;
    })
  | (CommonChannel & {
      readonly type: 'email';
      readonly host: string;
      readonly port?: number | undefined;
      readonly tls?: 'starttls' | 'direct' | 'none' | undefined;
      readonly user?: string | undefined;
      readonly passwordFile?: string | undefined;
      readonly passwordEnv?: string | undefined;
      readonly from: string;
      readonly to: readonly string[];
      readonly caFile?: string | undefined;
    })
  | (CommonChannel & { readonly type: 'command'; readonly command: readonly string[] })
  | (CommonChannel & { readonly type: 'log'; readonly file: string });

/** A rule as the configuration has it. */
export interface ConfiguredRule {
  readonly severity: Severity;
  readonly title?: string | undefined;
  readonly event: string | readonly string[];
  readonly level?: 'info' | 'warn' | 'error' | undefined;
  readonly tenant?: string | undefined;
  readonly details?: Readonly<Record<string, DetailCondition>> | undefined;
  readonly absentFor?: string | undefined;
  readonly tenants?: readonly string[] | undefined;
  readonly by?: AlertRule['by'];
  readonly until?: string | readonly string[] | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly remind?: string | undefined;
  readonly escalate?: { readonly after: string; readonly channels: readonly string[] } | undefined;
}

/** Settings of alerts. */
export interface AlertSettings {
  readonly 'alerts.store'?: string | undefined;
  readonly 'alerts.channels'?: Readonly<Record<string, ConfiguredChannel>> | undefined;
  readonly 'alerts.rules'?: Readonly<Record<string, ConfiguredRule | false>> | undefined;
  readonly 'alerts.quietHours'?: QuietHours | undefined;
  readonly 'alerts.disk'?:
    | {
        readonly destinations?: readonly string[] | undefined;
        readonly warning?: DiskThresholds | undefined;
        readonly critical?: DiskThresholds | undefined;
      }
    | undefined;
  readonly 'alerts.ransomware'?:
    | boolean
    | (RansomwareLimits & { readonly tenants?: readonly string[] | undefined })
    | undefined;
}
