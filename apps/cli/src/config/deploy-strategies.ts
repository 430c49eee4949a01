/** How each strategy is carried out, as the configuration says it. Durations are as they are typed. */
export interface StrategyConfigs {
  readonly 'remote-ci'?: RemoteCiConfig | undefined;
  readonly hybrid?: HybridConfig | undefined;
  readonly 'server-controlled'?: ServerControlledConfig | undefined;
  /** Strategies of one's own, by name. */
  readonly own?: Readonly<Record<string, OwnStrategyConfig>> | undefined;
}

/** By a workflow of GitHub Actions. */
export interface RemoteCiConfig {
  /** As `acme/shop`. */
  readonly repository?: string | undefined;
  readonly workflow?: string | undefined;
  readonly tokenEnv?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly remote?: string | undefined;
  readonly branch?: string | undefined;
  readonly api?: string | undefined;
  readonly timeout?: string | undefined;
  readonly poll?: string | undefined;
}

/** By building here, copying the releases to a host and switching there. */
export interface HybridConfig {
  /** A program that builds what is released, where there is no such release yet. */
  readonly build?: readonly [string, ...string[]] | undefined;
  readonly host?: string | undefined;
  /** Folder of releases on the host. */
  readonly store?: string | undefined;
  /** Root of the deployment on the host. */
  readonly root?: string | undefined;
  readonly copy?: 'rsync' | 'scp' | undefined;
  readonly ssh?: readonly [string, ...string[]] | undefined;
  readonly program?: readonly [string, ...string[]] | undefined;
}

/** By servers that look at the store of releases. */
export interface ServerControlledConfig {
  readonly servers?: readonly string[] | undefined;
  readonly timeout?: string | undefined;
  /** Variable with the key that requests and answers are signed with. */
  readonly keyEnv?: string | undefined;
  /** File with it, instead of a variable. */
  readonly keyFile?: string | undefined;
  readonly maxAge?: string | undefined;
}

/** A program or a module that deploys, and what advice has to know of it. */
export interface OwnStrategyConfig {
  readonly command?: readonly [string, ...string[]] | undefined;
  readonly module?: string | undefined;
  readonly timeout?: string | undefined;
  readonly base?: number | undefined;
  readonly carriesChanges?: boolean | undefined;
  readonly needsRemote?: boolean | undefined;
  readonly buildsHere?: boolean | undefined;
  readonly copiesFiles?: boolean | undefined;
  readonly isTested?: boolean | undefined;
  readonly isAttended?: boolean | undefined;
}
