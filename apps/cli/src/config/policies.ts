/** A policy as it is written down: its text form, or JSON. */
export type WrittenPolicy = string | Readonly<Record<string, unknown>>;

/** Policies by name. */
export type WrittenPolicies = Readonly<Record<string, WrittenPolicy>>;

/** What of the configuration is about retention. */
export interface RetentionConfig {
  readonly policies?: WrittenPolicies | undefined;
  /** What a name means instead for single tenants. */
  readonly tenants?: Readonly<Record<string, WrittenPolicies>> | undefined;
  /** Of tenants that have no policy of their own: a name, or a text. */
  readonly default?: string | undefined;
  readonly timeZone?: string | undefined;
}
