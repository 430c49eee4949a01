/**
 * Where things lie below the root of a deployment, all absolute:
 *
 * ```text
 * <root>/releases/v1.0.5/     files of one release, never changed once staged
 * <root>/releases/current     -> v1.0.5, switched atomically
 * <root>/shared/{db,media,logs}  what outlives releases; linked into each
 * <root>/backups/             may lie elsewhere
 * <root>/.holdfast/           journal, lock, history; for Holdfast only
 * ```
 */
export interface DeployLayout {
  readonly root: string;
  readonly releases: string;
  readonly current: string;
  readonly shared: string;
  readonly backups: string;
  readonly state: string;
  /** Folders made in `shared/`. */
  readonly sharedFolders: readonly string[];
  readonly links: readonly SharedLink[];
  /** Names of the generated `.env` with their templates, in which `${API_ROOT}` and names above stand for values. */
  readonly env: Readonly<Record<string, string>>;
}

/** A place in each release that leads to `shared/`. */
export interface SharedLink {
  readonly kind: 'folder' | 'file';
  /** In the release, with `/`. */
  readonly path: string;
  /** Below `shared/`, with `/`. */
  readonly target: string;
}

/** Options of {@link DeployLayout}s. */
export interface DeployLayoutOptions {
  /** Absolute. It becomes `API_ROOT`. */
  readonly root: string;
  /** Default: `backups` below the root. */
  readonly backups?: string | undefined;
  /** Default: `db`, `media`, `logs`. */
  readonly sharedFolders?: readonly string[] | undefined;
  /** Default: a folder for each of `sharedFolders`. */
  readonly links?: readonly SharedLink[] | undefined;
  /** Added to the defaults: `DATABASE_URL`, `MEDIA_ROOT`, `LOG_DIR`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * What a release is on this machine. `building`: its files are being written. `staged`: they are all there and were checked. `active`: `current`
 * leads to it, and its checks have not ended. `good`: they have passed. `bad`: they failed, or its deploy did. `rolled-back`: it was good, and another one took its place on purpose.
 */
export type DeployedState = 'building' | 'staged' | 'active' | 'good' | 'bad' | 'rolled-back';

/** A release on this machine. */
export interface DeployedRelease {
  readonly version: string;
  /** Its folder, absolute. */
  readonly folder: string;
  readonly state: DeployedState;
  /** Whether `current` leads to it. */
  readonly isCurrent: boolean;
  /** Digest of the list of its files with their digests: `sha256:…`. None while it is being built. */
  readonly contents?: string | undefined;
  /** Bytes of its files. */
  readonly bytes: number;
  /** ISO 8601, UTC. */
  readonly stagedAt?: string | undefined;
  readonly activatedAt?: string | undefined;
  /** When it got the state that it has. */
  readonly changedAt: string;
}

/** What `releases/current` is. */
export type CurrentState =
  | { readonly kind: 'release'; readonly version: string }
  | { readonly kind: 'none' }
  /** A link to a release that is not there. */
  | { readonly kind: 'dangling'; readonly target: string }
  /** A link that leads elsewhere, or in a circle. */
  | { readonly kind: 'foreign'; readonly target: string }
  /** A folder or file where the link should be. */
  | { readonly kind: 'occupied' };
