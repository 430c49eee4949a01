/** What installs packages and runs their programs; yarn 1 takes other options than the later ones. */
export type CiPackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic';

/** What a project is, as far as its CI depends on it. {@link readCiProject} finds it out. */
export interface CiProject {
  /** Default: `npm`. */
  readonly packageManager?: CiPackageManager | undefined;
  /** The version that `package.json` asks for, as `11.19.0`. */
  readonly packageManagerVersion?: string | undefined;
  /** The branch that releases are made from. Default: `main`. */
  readonly branch?: string | undefined;
  /** Names of scripts in `package.json`: `build` and `test` are run where they are. Default: both are. */
  readonly scripts?: readonly string[] | undefined;
  /** Whether `package.json` says that the package is never published. Default: no. */
  readonly isPrivate?: boolean | undefined;
  /** Whether the package `holdfast` is among the dependencies, so that the lockfile says which one runs. Default: yes. */
  readonly hasHoldfast?: boolean | undefined;
  /** Whether there is a lockfile of the package manager. Default: yes. */
  readonly hasLockfile?: boolean | undefined;
}

/** Options of {@link planCi}. */
export interface CiOptions extends CiProject {
  /** Versions of Node that tests run on. Default: 22, 24 and 26. */
  readonly nodeVersions?: readonly string[] | undefined;
  /** Whether the package goes to npm. Default: unless it is private. */
  readonly publish?: boolean | undefined;
  /** Whether a backup is made before a release, where a repository for it is set. Default: yes. */
  readonly backup?: boolean | undefined;
}

/** A file of a {@link CiPlan}. */
export interface CiFile {
  /** From the root of the checkout, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What would be written, as data. */
export interface CiPlan {
  readonly files: readonly CiFile[];
  /** What is left to do by hand, one sentence each. */
  readonly notes: readonly string[];
}

/** Options with all defaults, checked. */
export interface CiSettings {
  readonly packageManager: CiPackageManager;
  readonly packageManagerVersion: string | undefined;
  readonly branch: string;
  readonly nodeVersions: readonly string[];
  /** Node of everything but tests. */
  readonly releaseNode: string;
  readonly hasBuild: boolean;
  readonly hasTests: boolean;
  readonly publish: boolean;
  readonly backup: boolean;
}
