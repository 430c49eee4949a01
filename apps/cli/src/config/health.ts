/** Settings of health. Durations stay as they are typed. */
export interface HealthSettings {
  readonly 'health.store'?: string | undefined;
  /** In the form of `deploy.checks`. */
  readonly 'health.checks'?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly 'health.every'?: string | undefined;
  readonly 'health.timeout'?: string | undefined;
  readonly 'health.failures'?: number | undefined;
  readonly 'health.successes'?: number | undefined;
  readonly 'health.keep'?: string | undefined;
  /** Folders or URLs by name. */
  readonly 'health.destinations'?: Readonly<Record<string, string>> | undefined;
}
