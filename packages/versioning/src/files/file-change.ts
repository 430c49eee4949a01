/** One file that a release changes. Plain data. */
export interface FileChange {
  /** Relative to the workspace, `/` between names. */
  readonly path: string;
  /** The text as it was; `undefined`: there was no such file. */
  readonly before: string | undefined;
  /** The text as it will be; `undefined`: the file goes away. */
  readonly after: string | undefined;
}
