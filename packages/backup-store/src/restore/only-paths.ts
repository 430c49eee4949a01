/** Which original places a restore is about: absolute paths, one character a byte. */
export interface OnlyPaths {
  readonly wants: (path: string) => boolean;
  /** Whether it may go when the snapshot does not have it. */
  readonly mayDelete: (path: string) => boolean;
}
