import type { RunOptions, RunStatus } from './run-contract.ts';

/**
 * `quick`: listing and sizes. `structure`: and index, catalogs, directories of packs. `sample`: and the content of some
 * packs, those that were not read for longest. `full`: and each blob's digest.
 */
export type VerifyLevel = 'quick' | 'structure' | 'sample' | 'full';

/**
 * How much of the packs a `sample` reads: exactly one of these. No pack is begun once that much is reached, and one is
 * always read, so runs that repeat come round to every pack: with 5 percent, within 20 of them.
 */
export interface SampleSize {
  /** Of the bytes of all packs; above 0, at most 100. Default 5. */
  readonly percent?: number | undefined;
  readonly bytes?: number | undefined;
  /** Milliseconds, counted from when the first pack is read. */
  readonly ms?: number | undefined;
}

/** Options of `Repository.verify`. */
export interface VerifyOptions extends RunOptions {
  /** Default `structure`. */
  readonly level?: VerifyLevel | undefined;
  /** For level `sample`. */
  readonly sample?: SampleSize | undefined;
  /** Only what this snapshot needs. Not with level `sample`. */
  readonly snapshot?: string | undefined;
  /** Only what this tenant has stored, and nothing that belongs to the whole repository: marker, configuration, keyring, slots. */
  readonly tenant?: string | undefined;
}

/** Something `verify` found. */
export interface Finding {
  /**
   * `redundancy`: damage that loses no data, since what was damaged is stored elsewhere as well (a header or the
   * directory of a pack, an index segment, one of two copies) or is needed no more; more damage may lose some.
   * `unindexed`: a pack that no snapshot uses.
   */
  readonly code: 'missing' | 'damaged' | 'truncated' | 'invalid' | 'redundancy' | 'unindexed';
  /** The stored object. */
  readonly object: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Ids of snapshots that can't be restored in full because of it. */
  readonly snapshots: readonly string[];
  /** Some of the paths concerned (at most 20). */
  readonly paths: readonly string[];
}

/** Report of `Repository.verify`. */
export interface VerifyReport {
  /** `failed`: there are findings that lose data; `partial`: findings that don't (`redundancy`, `unindexed`). */
  readonly status: RunStatus;
  readonly level: VerifyLevel;
  readonly findings: readonly Finding[];
  readonly objects: number;
  /** Packs that the index names. */
  readonly packs: number;
  readonly blobs: number;
  readonly snapshots: number;
  /** Bytes stored, and bytes whose content was checked. */
  readonly bytesStored: number;
  readonly bytesChecked: number;
  /** `bytesChecked / bytesStored`, 0 to 1: the share that this run has read. */
  readonly coverage: number;
  /** Packs of which this run has read all. */
  readonly packsRead: number;
  /**
   * Packs that this machine has never, in no run, read in full and found well. At 0 all of them were, and the oldest of
   * those checks was at `oldestCheckedAt`.
   */
  readonly packsUnchecked: number;
  /** ISO 8601: when the pack that was not checked for longest was found well. Absent when none has been. */
  readonly oldestCheckedAt?: string | undefined;
  readonly durationMs: number;
}
