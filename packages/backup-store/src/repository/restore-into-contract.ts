import type { SnapshotRecord } from '../snapshots/record.ts';
import type { SourceDetail } from '../source/contract.ts';
import type { BackupOptions } from './backup-contract.ts';
import type { EntriesOptions, EntryView, ReadOptions } from './entries-contract.ts';
import type { RestoreOptions, RestoreResult } from './restore-contract.ts';
import type { RunOptions, SnapshotFilter } from './run-contract.ts';
import type { RestoreCheck, SafeRestoreStep } from './safe-restore-contract.ts';
import type { NotedServiceHooks } from './service-contract.ts';

/** What restores into a place read from: an open repository, or one tenant of it. */
export interface PlaceRepository {
  /** As `Repository.read`. */
  read(snapshot: string, options: Omit<ReadOptions, 'filter'>): AsyncIterable<Uint8Array>;
  /** As `Repository.entries`. */
  entries(snapshot: string, options?: EntriesOptions): AsyncIterable<EntryView>;
  /** As `Repository.restore`. */
  restore(options: Omit<RestoreOptions, 'filter'>): Promise<RestoreResult>;
}

/** What going back works with. */
export interface PlaceRun {
  readonly repository: PlaceRepository;
  /**
   * A folder beside the note of the restore, for what going back has to know of what was written. The restore makes it when it
   * needs it, and has it on disk before anything is replaced; it goes when the restore is over.
   */
  readonly notes: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a restore into a place works with. */
export interface IntoRun extends PlaceRun {
  /** What is restored. */
  readonly snapshot: SnapshotRecord;
  /**
   * To be called right before the first thing is replaced. What throws without it has changed nothing, as a transaction that was
   * taken back has not, and leads to no rollback.
   */
  readonly replacing: () => void;
}

/** How a place was before a restore. */
export interface PlaceBefore {
  /** What {@link RestorePlace.look} has found. */
  readonly state: SourceDetail;
  /** Its safety snapshot; absent when there was nothing to lose, or none was wanted. */
  readonly safety?: SnapshotRecord | undefined;
}

/** What going back has left as it is. */
export interface PlaceReturned {
  /** What others have written since the restore: each its name, such as `stays/17`; after the first 20 how many more. */
  readonly kept: readonly string[];
}

/** A part of a place that is restored: a table, a module. */
export interface RestoredPart {
  /** May be a pattern of names. */
  readonly name: string;
  /** Which of its records, where not all. Only who restores has to understand it. */
  readonly choice?: string | undefined;
}

/** Something that restores write into and that can be made what it was before: a database, documents. */
export interface RestorePlace {
  /** Names it, without secrets: `postgres://db.example/shop`. Going back after a crash asks for the place of this name. */
  readonly name: string;
  /** Kept with a restore that is under way, for whoever has to find the place again. Without secrets. */
  readonly address?: string | undefined;
  /**
   * What of it is restored. Default: all. A restore that succeeds ends what unfinished ones have left of the same parts, and of no others.
   */
  readonly parts?: readonly RestoredPart[] | undefined;
  /** What a safety snapshot is made of. */
  readonly current: Pick<BackupOptions, 'sources' | 'paths'>;
  /** Looks at what is there. `state` is kept until the restore is over; `isEmpty`: there is nothing that could get lost. */
  look(run: {
    readonly signal?: AbortSignal | undefined;
  }): Promise<{ readonly state: SourceDetail; readonly isEmpty: boolean }>;
  /** Makes it what it was. Called in another process after a crash, and again when it has failed. */
  goBack(before: PlaceBefore, run: PlaceRun): Promise<PlaceReturned | void>;
}

/** What a look at a place after a restore has found. */
export interface PlaceCheck {
  /** Things that were compared: tables, records, keys. */
  readonly checked: number;
  /** What is not as it should be, each a sentence. */
  readonly problems: readonly string[];
}

/** How something of a snapshot gets into a place: `intoPostgres`, `intoMysql`, `intoRedis` and the like make it. */
export interface IntoPlace<Result> {
  readonly place: RestorePlace;
  /** Restores. Called once. */
  restore(run: IntoRun): Promise<Result>;
  /** Compares what is there now with what was to be restored. */
  check?(result: Result, run: PlaceRun & Pick<IntoRun, 'snapshot'>): Promise<PlaceCheck>;
  /** Called when nothing will be rolled back any more. */
  finish?(result: Result): Promise<void>;
}

/** Options of `Repository.restoreInto`. */
export interface RestoreIntoOptions<Result> extends IntoPlace<Result>, RunOptions {
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** For `latest` and names. */
  readonly filter?: SnapshotFilter | undefined;
  /** Default `true`. Without a safety snapshot nothing can be rolled back. */
  readonly safetyBackup?: boolean | undefined;
  /**
   * Called after {@link IntoPlace.check}; throws when something is not as it should be. `false`: nothing is looked at, and
   * only a restore that fails by itself is rolled back.
   */
  readonly validate?: ((result: Result) => Promise<void> | void) | false | undefined;
  /**
   * What works with the place. It is stopped before the safety snapshot is made, and started again whatever becomes of the restore: with
   * what was restored once that is validated, else with what was there before. When it does not start with what was restored, that is
   * rolled back. It is not started after `ROLLBACK_FAILED`.
   */
  readonly service?: NotedServiceHooks | undefined;
  readonly createdBy?: string | undefined;
  /** Told of each step before it is taken. */
  readonly onStep?: ((step: SafeRestoreStep) => void) | undefined;
}

/** What a restore into a place did. */
export interface RestoreIntoResult<Result> {
  readonly result: Result;
  readonly validation: RestoreCheck;
  /** Id. Absent when there was nothing to lose, or none was wanted. */
  readonly safetySnapshot?: string | undefined;
}

/** Options of `Repository.rollBack`. */
export interface RollbackOptions {
  /** Where the restore wrote into, unless that was files. */
  readonly place?: RestorePlace | undefined;
  /**
   * Called when nobody else restores or goes back there any more, and before anything is changed: stops what works with the place. What it
   * throws ends the call, and the restore stays unfinished.
   */
  readonly prepare?: (() => Promise<void>) | undefined;
}
