/** How long to wait for open sessions, in milliseconds. */
export interface Patience {
  /** In all. */
  readonly waitMs: number;
  /** A session that has shown no sign of life for this long is ended. */
  readonly fenceAfterMs: number;
}
