/** A line at the end of a message, as `Co-authored-by: Ann <ann@example.com>` (git-interpret-trailers). */
export interface Trailer {
  readonly token: string;
  readonly value: string;
}

/** An issue that a message names. */
export interface IssueReference {
  /** `closes`, `fixes` and the like, in lower case, where the message says so. */
  readonly action: string | undefined;
  /** `owner/repository`, or a part of it, where it is another one. */
  readonly repository: string | undefined;
  /** As `12`. */
  readonly issue: string;
}

/** What a commit takes back. */
export interface RevertTarget {
  /** Hexadecimal digits of hashes, whole or abbreviated; empty when only the header is known. */
  readonly hashes: readonly string[];
  /** The header of the commit, where the message quotes it. */
  readonly header: string | undefined;
}

/** A commit message, taken apart by Conventional Commits 1.0.0. */
export interface ParsedCommit {
  /** The first line. */
  readonly header: string;
  /** In lower case; `undefined` when the header is not conventional. */
  readonly type: string | undefined;
  readonly scope: string | undefined;
  /** The header without type and scope. */
  readonly subject: string;
  readonly body: string | undefined;
  readonly trailers: readonly Trailer[];
  /** Whether users have to do something: `!` in the header, or a note. */
  readonly isBreaking: boolean;
  /** What `BREAKING CHANGE` footers say. */
  readonly breakingNotes: readonly string[];
  readonly references: readonly IssueReference[];
  readonly reverts: RevertTarget | undefined;
  /** Further conventional messages in the body, as squash merges list them. */
  readonly squashed: readonly ParsedCommit[];
}
