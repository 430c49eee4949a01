/** Somebody has used a version. */
export interface ModelUse {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  /** `restore`: it was written to a file; `load`: a program took it into its memory, as `noteUse` was told. */
  readonly how: 'restore' | 'load';
}

/** How often a version was used, and when. */
export interface VersionUsage {
  readonly version: string;
  readonly uses: number;
  readonly firstAt?: number | undefined;
  readonly lastAt?: number | undefined;
  readonly lastBy?: string | undefined;
  /** Bytes of its file. */
  readonly bytes: number;
  /** Bytes that the repository did not have before it was added, as they are stored; absent where its snapshot is gone. */
  readonly bytesStored?: number | undefined;
}

/** What a model takes, and who uses it. */
export interface ModelUsage {
  readonly model: string;
  /** Those that are there, newest first; also those that nobody has used. */
  readonly versions: readonly VersionUsage[];
  /** The last uses, newest first, of deleted versions as well; at most 50. */
  readonly recent: readonly ModelUse[];
  /** Milliseconds since 1970. */
  readonly lastUsedAt?: number | undefined;
  /** Bytes of all files, as if each was stored alone. */
  readonly bytes: number;
  /** Bytes that they have added to the repository: deduplicated and compressed. */
  readonly bytesStored: number;
}
