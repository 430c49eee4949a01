import type { ModelFormat, Verdict } from '../inspect/inspection.ts';

/** What versions are looked for. All that is given must match. */
export interface ModelQuery {
  /** Only this model. */
  readonly model?: string | undefined;
  /** Tags that a version has, all of them. */
  readonly tags?: readonly string[] | undefined;
  /** Conditions on metrics: `rmse<0.3`, `accuracy >= 0.9`. A metric that a version does not have meets none. */
  readonly metrics?: readonly string[] | undefined;
  /** Conditions on parameters: `epochs>10`, `optimizer=adam`. */
  readonly params?: readonly string[] | undefined;
  /** `pytorch`, `keras`, …, as the inspection told it. */
  readonly framework?: string | undefined;
  readonly format?: ModelFormat | undefined;
  readonly verdict?: Verdict | undefined;
  /** Name or digest of the data that a version was trained on. */
  readonly dataset?: string | undefined;
  /** The commit of the code that has trained it, or its beginning (7 characters or more). */
  readonly commit?: string | undefined;
  /** A parent, as `price@1.0.0`; or `price` for any version of it. */
  readonly parent?: string | undefined;
  /** Words that all stand somewhere in name, description, file name, tags, change, data and parameters; case does not matter. */
  readonly text?: string | undefined;
  /** A metric by which versions are ordered, lowest first; with `-` before it, highest first. Default: those added last come first. */
  readonly order?: string | undefined;
  /** At most this many. */
  readonly limit?: number | undefined;
}
