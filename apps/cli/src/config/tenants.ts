/** One module of a tenant, as the configuration has it. */
export interface ModuleConfig {
  readonly paths?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Databases: `[name=]url`. */
  readonly sources?: readonly string[] | undefined;
  /** A command line, given to sh in the folder of this file, that brings to rest what these sources read. */
  readonly quiesce?: string | undefined;
  /** One that lets it go again, whatever became of the backup. */
  readonly resume?: string | undefined;
}

/** Where the version of a tenant's software is. Exactly one of `version`, `command` and `packageJson`. */
export interface SoftwareConfig {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  /** A command line, given to sh, whose first line of output is the version. */
  readonly command?: string | undefined;
  readonly packageJson?: string | undefined;
}

/** What the configuration says of a tenant. */
export interface TenantConfig {
  readonly modules?: Readonly<Record<string, ModuleConfig>> | undefined;
  readonly software?: SoftwareConfig | undefined;
}

/** Tenants by name. */
export type TenantConfigs = Readonly<Record<string, TenantConfig>>;
