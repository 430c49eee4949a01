import type { RestoreOptions, RestorePlan, RestoreResult } from './restore-contract.ts';
import type { EntryProblem } from './run-contract.ts';
import type { NotedServiceHooks } from './service-contract.ts';

/** Options of `Repository.restoreSafely`: to the original paths, or with `to` below a folder. */
export interface SafeRestoreOptions extends Omit<RestoreOptions, 'to' | 'inPlace'> {
  /**
   * Folder to restore below. Default: to the original paths. What would be overwritten or deleted there is what the safety
   * backup has; metadata of folders is not gone back with.
   */
  readonly to?: string | undefined;
  /** Default `true`. Without a safety backup nothing can be rolled back. */
  readonly safetyBackup?: boolean | undefined;
  /**
   * How what was restored is validated: by default each file that was written is read, and compared with the snapshot, so nothing else
   * should write there meanwhile. A function of your own is called after that, and throws when something is not as it should
   * be. `false`: not at all, and what could not be restored is no reason to go back.
   */
  readonly validate?: ((result: RestoreResult) => Promise<void> | void) | false | undefined;
  /**
   * What works with the files. It is stopped before they are looked at, and started again whatever becomes of the restore, as with
   * `Repository.restoreInto`. When it does not start with what was restored, that counts as a validation that has failed.
   */
  readonly service?: NotedServiceHooks | undefined;
  readonly createdBy?: string | undefined;
  /** Told of each step before it is taken. */
  readonly onStep?: ((step: SafeRestoreStep) => void) | undefined;
}

/** What a safe restore is about to do, with the id of the safety backup once there is one. */
export interface SafeRestoreStep {
  readonly step: 'safety-backup' | 'restore' | 'validate' | 'start' | 'roll-back';
  readonly safetySnapshot?: string | undefined;
}

/** What became of the validation after a restore. */
export interface RestoreCheck {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Files that were compared. */
  readonly checked: number;
  /** The first 100. */
  readonly problems: readonly EntryProblem[];
}

/** What a safe restore did. */
export interface SafeRestoreResult {
  /**
   * `restored`: and validated, unless that was left out. `partial`: some could not be restored, and nothing was rolled back, as that was
   * left out. `rolled-back`: the validation failed, and everything is as it was before. `failed`: it failed, and not all could be rolled back.
   */
  readonly status: 'restored' | 'partial' | 'rolled-back' | 'failed';
  readonly plan: RestorePlan;
  readonly result: RestoreResult;
  readonly validation: RestoreCheck;
  /** Made before anything was changed. Absent when nothing was there, or none was wanted. */
  readonly safetySnapshot?: string | undefined;
  readonly rollback?: RollbackResult | undefined;
}

/** What going back did. */
export interface RollbackResult {
  /** `failed`, `partial`: `problems` says what is not as it was. */
  readonly status: 'ok' | 'partial' | 'failed';
  readonly filesWritten: number;
  readonly entriesDeleted: number;
  readonly problems: readonly EntryProblem[];
  /** Of a place: what others have written since, which stays. See {@link PlaceReturned}. */
  readonly kept?: readonly string[] | undefined;
}

/** A restore that was begun on this machine and has not ended: it was ended early, killed, or failed. */
export interface UnfinishedRestore {
  /** 16 hex digits: for `Repository.rollBack`. */
  readonly id: string;
  readonly tenant: string;
  readonly snapshot: string;
  readonly path?: string | undefined;
  readonly safetySnapshot?: string | undefined;
  /** ISO 8601. */
  readonly startedAt: string;
  /** `start`: it was validated, and whether the service works with it is not known. `Repository.startServices` finds out. */
  readonly step: SafeRestoreStep['step'];
  /** Roots in which it changes something; none of a restore into a place. */
  readonly roots: readonly string[];
  /** The place that it writes into, such as a database. */
  readonly into?: { readonly name: string; readonly address?: string | undefined } | undefined;
}
