/** Paths of one kind. There may be very many, so only the first are named. */
export interface CountedPaths {
  readonly count: number;
  /** The first 20, relative to the root of the checkout. */
  readonly first: readonly string[];
}

/** Where a branch is pushed to and pulled from. */
export interface Upstream {
  /** Name of a remote. */
  readonly remote: string;
  /** Name of the branch there, without `refs/heads/`. */
  readonly branch: string;
}

/** Another repository that this one knows. URLs are without passwords and tokens. */
export interface Remote {
  readonly name: string;
  /** Where it fetches from. */
  readonly url: string;
  /** Where it pushes to: mostly the same URL. */
  readonly pushUrls: readonly string[];
}

/** What a release has to know of a checkout. Plain data that can be stored; there are no credentials in it. */
export interface Checkout {
  /** The folder at its top, whole. */
  readonly root: string;
  /** Hash of the commit that is checked out. */
  readonly commit: string;
  /** Milliseconds since 1970, when that was committed. */
  readonly commitDateMs: number;
  /** Name of the branch; none when HEAD is detached. */
  readonly branch?: string | undefined;
  /** The upstream of the branch, where it has one on a remote. */
  readonly upstream?: Upstream | undefined;
  /** Whether anything is changed or untracked. What is ignored does not count. */
  readonly isDirty: boolean;
  /** Tracked files that are not as in the commit, staged or not. */
  readonly changed: CountedPaths;
  /** Files that are neither tracked nor ignored. A whole folder of them is one path that ends in a slash. */
  readonly untracked: CountedPaths;
  /** Whether the history is cut off. */
  readonly isShallow: boolean;
  readonly remotes: readonly Remote[];
}
