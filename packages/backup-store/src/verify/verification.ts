import type { VerifyLevel, VerifyOptions } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { Findings } from './findings.ts';

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
  };
}
