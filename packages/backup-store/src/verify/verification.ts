import type { PackInfo } from '../blob-index/segment.ts';
import type { VerifyLevel, VerifyOptions } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { CheckHistory } from './check-history.ts';
import type { Findings } from './findings.ts';
import type { PackBlobs } from './pack-blobs.ts';

/** What all checks share. */
export interface Verification {
  readonly context: RunContext;
  readonly level: VerifyLevel;
  readonly options: VerifyOptions;
  readonly findings: Findings;
  readonly meter: ProgressMeter;
  readonly totals: {
    objects: number;
    packs: number;
    blobs: number;
    snapshots: number;
    bytesStored: number;
    bytesChecked: number;
    packsRead: number;
  };
}

/** Packs that are there in full length, by name. */
export type PresentPacks = ReadonlyMap<string, PackInfo>;

/** A tenant whose structure was checked. */
export interface TenantCheck {
  readonly open: OpenTenant;
  /** Snapshots that are checked. */
  readonly records: readonly SnapshotRecord[];
  /** Blobs that are checked, when it is not all. */
  readonly needed: ReadonlySet<number> | undefined;
  /** Names of the packs that the index has, there or not; of the needed ones when it is not all. */
  readonly named: ReadonlySet<string>;
  readonly present: PresentPacks;
  readonly blobs: PackBlobs;
  readonly history: CheckHistory;
}
