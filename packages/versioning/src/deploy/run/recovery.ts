import type { DeployRunStep } from './contract.ts';

/** What may be done with data that no migration leads back, or only one that drops some. */
export type RestoreData =
  /** Says which backup there is and what it would drop; a person decides. */
  | 'offer'
  /** Restores that deploy's safety backup, also instead of a way back that drops data. */
  | 'automatic'
  | 'never';

/** How a run goes back: steps to take back, in this order. Steps that are not there stay as they are. */
export interface Recovery {
  readonly steps: readonly RecoveryStep[];
  /** What was not taken back, and why that is all right. */
  readonly notes: readonly string[];
  /** What somebody has accepted that it stays as it is. */
  readonly leaves?: NoRecovery | undefined;
}

/** One step of a way back. */
export interface RecoveryStep {
  readonly step: DeployRunStep;
  /** Migrations that are taken back, or run again. */
  readonly migrations?: readonly string[] | undefined;
  /** The backup that is restored. */
  readonly restores?: string | undefined;
}

/** A run that can't go back by itself. */
export interface NoRecovery {
  readonly reason: string;
  /** What can't be taken back. */
  readonly step: DeployRunStep;
  /** The backup with which it could. */
  readonly backup?: string | undefined;
  /** Migrations that could go back if a person says that what they drop may be lost. */
  readonly losing?: readonly string[] | undefined;
}

/** What has become of the migrations of a database. */
export interface AppliedFacts {
  /** Ids of those that are applied, if only in part. */
  readonly applied: ReadonlySet<string>;
  /** Those of them that have a way back. */
  readonly reversible: ReadonlySet<string>;
  /** Those of them that were begun, in either direction, and not ended. */
  readonly interrupted: ReadonlySet<string>;
  /** Those of them whose way back drops data. */
  readonly losing: ReadonlySet<string>;
}

/** What a way back depends on beside the journal. */
export interface RecoveryFacts extends AppliedFacts {
  readonly restoreData: RestoreData;
  /** Whether a person has asked for the backup to be restored. */
  readonly mayRestore: boolean;
  /** Whether a person goes back, who has been told what ways back drop. */
  readonly mayLose: boolean;
  /** Whether a person has said that what can't be taken back may stay as it is. */
  readonly mayLeave: boolean;
  /** What is done with `expand` migrations once the new release has run. */
  readonly expandMigrations: 'keep' | 'back';
}
