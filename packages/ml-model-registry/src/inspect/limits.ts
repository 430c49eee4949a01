/** How much of a hostile file is looked at. What goes beyond is `LIMIT_EXCEEDED`, and the verdict never `clean`. */
export interface InspectLimits {
  /** Nesting: groups in groups, messages in messages, objects in objects. */
  readonly depth: number;
  /** Archives and pickles in each other. */
  readonly parts: number;
  /** Steps of the walk: opcodes, messages, groups, members. */
  readonly steps: number;
  /** Bytes of one header, text or pickled string that are held in memory. */
  readonly held: number;
  /** Bytes that may come out of all compressed parts together. */
  readonly inflated: number;
  /** How many times larger a part may become. */
  readonly ratio: number;
  /** Tensors that are told. */
  readonly tensors: number;
  /** Findings that are told. */
  readonly findings: number;
}

/** Enough for every model that is in use: a file of 1 TB with 100,000 tensors passes. */
export const defaultLimits: InspectLimits = {
  depth: 100,
  parts: 8,
  steps: 100_000_000,
  held: 128 * 1024 * 1024,
  inflated: 64 * 1024 * 1024 * 1024,
  ratio: 1100,
  tensors: 100_000,
  findings: 1000,
};
