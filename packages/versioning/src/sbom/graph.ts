/** Which program wrote a lockfile. */
export type LockfileKind = 'npm' | 'pnpm' | 'yarn-classic' | 'yarn-berry';

/** A digest that a lockfile holds of a package's archive. */
export interface ComponentDigest {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Lower case. */
  readonly hex: string;
}

/** One package at one version, wherever and however often it is installed. */
export interface LockfileComponent {
  /** Unique in the graph: the purl, or `file:PATH` for what lies in a folder or an archive of this machine. */
  readonly id: string;
  readonly name: string;
  /** Absent for a folder whose lockfile does not tell. */
  readonly version?: string | undefined;
  /** Package URL: `pkg:npm/%40scope/name@1.2.3`. */
  readonly purl: string;
  /** Strongest first. Empty where the lockfile has none, as yarn berry's, which hashes archives of its own. */
  readonly integrity: readonly ComponentDigest[];
  /** Where it was had from, without credentials; absent where the lockfile leaves that to the registry. */
  readonly resolved?: string | undefined;
  /** Needed by development dependencies only. */
  readonly dev: boolean;
  /** Needed by optional dependencies only. */
  readonly optional: boolean;
  /** Needed by peer dependencies only. */
  readonly peer: boolean;
  /** Comes inside the archive of the package that needs it. */
  readonly bundled: boolean;
  /** Changed on install by a patch of this repository. */
  readonly patched: boolean;
  /** As the installed manifest or the lockfile has it, unchecked: `MIT`, `(MIT OR Apache-2.0)`, `SEE LICENSE IN x`. */
  readonly licence?: string | undefined;
  /** Folders below the lockfile's where it is installed, sorted, as far as the lockfile tells. */
  readonly paths: readonly string[];
}

/** A package of the repository itself. */
export interface LockfileWorkspace {
  /** `workspace:PATH`. */
  readonly id: string;
  /** Below the lockfile's folder, with `/`; `.` for that folder itself. */
  readonly path: string;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** What kind of need an edge is. */
export type DependencyKind = 'runtime' | 'peer' | 'optional' | 'dev';

/** `from` needs `to`; both are ids of components or workspaces. */
export interface LockfileEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: DependencyKind;
}

/** Something needed that the lockfile does not hold, as a peer that nobody provides. */
export interface MissingDependency {
  readonly from: string;
  readonly name: string;
}

/** What a lockfile says, whoever wrote it. Every list is sorted by code units, so the same content gives the same graph. */
export interface LockfileGraph {
  readonly kind: LockfileKind;
  /** The id of the workspace `.`. */
  readonly root: string;
  readonly workspaces: readonly LockfileWorkspace[];
  readonly components: readonly LockfileComponent[];
  readonly edges: readonly LockfileEdge[];
  readonly missing: readonly MissingDependency[];
}

/** By UTF-16 code units: the same order everywhere, whatever the locale. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
