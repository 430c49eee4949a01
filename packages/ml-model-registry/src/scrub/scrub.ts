/** How much a scrub reads. */
export interface ScrubOptions {
  /** Default: all models. */
  readonly model?: string | undefined;
  /** No version is begun after so many milliseconds, or so many bytes. Default: all are read. */
  readonly budget?: { readonly ms?: number | undefined; readonly bytes?: number | undefined } | undefined;
  /** Told of each version when it was read. */
  readonly onChecked?: ((checked: ScrubbedVersion) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A version whose content was read back. */
export interface ScrubbedVersion {
  readonly model: string;
  readonly version: string;
  /** Bytes of its file. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
  /** What is wrong with the content; absent when it is what was added. */
  readonly damage?: string | undefined;
}

/** What a scrub has found. */
export interface ScrubReport {
  /** Read by this run. */
  readonly checked: readonly ScrubbedVersion[];
  /** All that are known to be damaged, by this run or an earlier one. */
  readonly damaged: readonly ScrubbedVersion[];
  /** Versions that this run has not come to. */
  readonly left: number;
  /** When the one was read that was not looked at for longest, in milliseconds since 1970; absent while there is one that was never read. */
  readonly oldest?: number | undefined;
}
