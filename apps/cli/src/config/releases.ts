import type { ReleaseWorkspace } from '@x/versioning';

/** What the configuration says of a component that is released. Paths are relative to its folder. */
export interface ComponentConfig extends Pick<
  ReleaseWorkspace,
  'paths' | 'tagPrefix' | 'changelog' | 'versionFiles' | 'intents' | 'artifact' | 'sbom'
> {
  /** Relative to the folder that is released. */
  readonly folder?: string | undefined;
  /** Folder of its migrations. */
  readonly migrations?: string | undefined;
}

/** What of the configuration is about releases. Files of keys and the store are absolute. */
export interface ReleaseConfig
  extends
    Omit<ComponentConfig, 'folder'>,
    Pick<ReleaseWorkspace, 'component' | 'branches' | 'remote' | 'types' | 'titles' | 'preMajor'> {
  readonly store?: string | undefined;
  readonly components?: Readonly<Record<string, ComponentConfig>> | undefined;
  readonly signKey?: string | undefined;
  readonly signKeyPassphraseFile?: string | undefined;
  readonly signKeyPassphrase?: string | undefined;
  readonly trustKeys?: readonly string[] | undefined;
  readonly signTags?: boolean | undefined;
}

/** The same as settings: each under its name in the configuration. */
export type ReleaseSettings = {
  readonly [Name in keyof ReleaseConfig as `release.${Name}`]: ReleaseConfig[Name];
};
