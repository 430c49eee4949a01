import type { Maintenance } from '../maintenance/maintenance.ts';
import type { ArtifactContent } from '../../artifact/model.ts';
import type { FileCheck } from './plan.ts';
import type { CurrentState, DeployedRelease, DeployedState, DeployLayout } from '../layout/model.ts';

/** What a run does to the files of a machine. Each may be called again after a kill at any point, and ends in the same state. */
export interface DeployPlace {
  readonly layout: DeployLayout;
  current(): Promise<CurrentState>;
  /** Newest first. */
  releases(): Promise<readonly DeployedRelease[]>;
  /** Puts the files of a release in place and checks them. Files that are there already and as they should be stay; of a release that failed, changed ones are kept aside. */
  stage(call: StageCall): Promise<StagedHere>;
  /** Removes what was staged in part. */
  discard(version: string, run: string): Promise<void>;
  /** @throws {VersioningError} `DIGEST_MISMATCH` where a file is not what was staged; `NOT_STAGED`. */
  checkFiles(version: string, options: FileCheckOptions): Promise<void>;
  /** Writes the `.env` of a release that is here anew, as `shared/.env` says by now. */
  refreshEnv(version: string): Promise<void>;
  /** `undefined`: nothing is current any more. */
  switchTo(version: string | undefined): Promise<void>;
  /** @param run The deploy that it belongs to. */
  mark(version: string, state: DeployedState, run: string): Promise<void>;
  readonly maintenance: MaintenanceSwitch;
}

/** A release that is there now. */
export interface StagedHere {
  readonly release: DeployedRelease;
  /** Where the changed files of an earlier attempt that failed are. */
  readonly aside?: string | undefined;
}

/** How files are looked at. */
export interface FileCheckOptions {
  /** `quick`: a file of the size and time that it was staged with is not read. `full`: each byte is. */
  readonly how: FileCheck;
  readonly signal?: AbortSignal | undefined;
}

/** What is staged. */
export interface StageCall {
  readonly version: string;
  /** The deploy that it belongs to. */
  readonly run: string;
  /** The artefact, a ZIP, which this process has held against its digest. */
  readonly artifact: string;
  /** Its digest, `sha256:…`. */
  readonly digest: string;
  /** What is in it, where that is known. */
  readonly contents?: readonly ArtifactContent[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The flag by which a service knows that it should not serve. */
export interface MaintenanceSwitch {
  isOn(): Promise<boolean>;
  /** @param run The deploy that needs it: a flag of somebody else stays theirs. None by hand. */
  on(reason: string, run?: string): Promise<void>;
  /** @param run Only the flag of this deploy is taken away. None by hand: any is. @returns Who has it on all the same. */
  off(run?: string): Promise<Maintenance | undefined>;
}
