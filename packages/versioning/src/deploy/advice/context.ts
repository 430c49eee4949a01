import type { CheckOutcome } from '../checks/contract.ts';
import type { Deployment } from '../run/contract.ts';

/** When people are at work who could look after a deploy. */
export interface BusinessHours {
  /** A name of the IANA's database, as `Europe/Lisbon`. */
  readonly timeZone: string;
  /** Days of the week: 1 is Monday, 7 is Sunday. Default: 1 to 5. */
  readonly days?: readonly number[] | undefined;
  /** The hour that they begin at. Default: 9. */
  readonly from?: number | undefined;
  /** The hour that they end at. Default: 17. */
  readonly to?: number | undefined;
}

/** What a deploy would change, against what is live. */
export interface AdviceDiff {
  /** Files that are others, new or gone. */
  readonly files: number;
  readonly migrations: number;
  /** Those among them that take something away, so that there is no way back. */
  readonly contractMigrations: number;
  /** Names of settings that are new or gone. */
  readonly configKeys: readonly string[];
  /** Ports that are new. */
  readonly ports: readonly number[];
  /** Paths of files of models that changed: large, and loaded at the start. */
  readonly modelFiles: readonly string[];
}

/** What is known when somebody asks how to deploy. Plain data: the same data always gives the same advice. */
export interface AdviceContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly channel: string;
  /** None where it is not known what is live. */
  readonly diff?: AdviceDiff | undefined;
  /** How many commits there are of each type, as `fix`; those that are not conventional under `other`. */
  readonly commitTypes: Readonly<Record<string, number>>;
  /** Commits after which users have to do something. */
  readonly breakingCommits: number;
  /** Whether the checkout has something that no commit has. */
  readonly isDirty: boolean;
  /** `none`: the checkout knows no remote. */
  readonly remote: 'reachable' | 'unreachable' | 'none' | 'unknown';
  readonly businessHours: BusinessHours;
  /** What the checks of the service say. */
  readonly health: CheckOutcome | 'unknown';
  /** The disk that releases are put on. */
  readonly disk?: AdviceDisk | undefined;
  /** How old the newest backup is, in milliseconds, at the required destination where it is oldest; none where there is no backup. `unknown` says nothing. */
  readonly backupAgeMs?: number | 'unknown' | undefined;
  /** Deploys of the past, in any order. */
  readonly history: readonly Deployment[];
}

/** How full a disk is. */
export interface AdviceDisk {
  readonly usedPercent: number;
  readonly freeBytes: number;
  /** What a new release would take, where that is known. */
  readonly neededBytes?: number | undefined;
}
