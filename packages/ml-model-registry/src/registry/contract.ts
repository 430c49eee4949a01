import type { Repository } from '@x/backup-store';
import type { ModelTrust } from '@x/integrity';
import type { ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import type { RestoreContentOptions } from '../content/restore-content.ts';
import type { PromotionGates } from '../gates/gates.ts';
import type { LoggedAudit } from '../history/audit-events.ts';
import type { LoggedEvent } from '../history/events.ts';
import type { AliasMove } from '../history/state.ts';
import type { InspectLimits } from '../inspect/limits.ts';
import type { Verdict } from '../inspect/inspection.ts';
import type { LoadTestOptions } from '../load-test/contract.ts';
import type { ModelSignOptions } from '../trust/sign-version.ts';
import type { MetricSet } from '../metrics/metric-set.ts';
import type { ChangeTable } from '../versions/change.ts';
import type { ModelVersion, VersionFacts } from '../versions/version.ts';
import type { VersionDiff } from './diff-versions.ts';
import type { ContentOptions } from './open-content.ts';
import type { ModelSurvey } from './survey-contract.ts';
import type { ModelVouching } from './vouching-contract.ts';

/** Something that somebody wants to do to a model. */
export interface ModelIntent {
  /** `compare`: to read the contents of two versions for `diff`; each is asked about. `scrub`: to read all contents of a model. `override`: to move an alias although gates have failed, or what it goes to is damaged; `promote` is asked for before. */
  readonly action:
    | 'add'
    | 'restore'
    | 'promote'
    | 'delete'
    | 'sign'
    | 'test'
    | 'approve'
    | 'override'
    | 'compare'
    | 'scrub';
  readonly model: string;
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
  readonly by: string;
}

/** What happened, for logs and audits. */
export interface RegistryEvent {
  readonly type:
    | 'model.added'
    | 'model.refused'
    | 'model.restored'
    | 'model.promoted'
    | 'model.deleted'
    | 'model.damaged'
    | 'model.use-not-noted'
    | 'model.signed'
    | 'model.approved'
    | 'model.tested'
    | 'model.scrubbed'
    | 'model.overridden'
    | 'model.denied'
    | 'model.audit-not-written';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  readonly model: string;
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
  /** Why, or codes of findings, or gates. */
  readonly reason?: string | undefined;
}

/** Options of `createModelRegistry`. */
export interface ModelRegistryOptions {
  /** Where versions, aliases and their history are written: a folder (`fsStore`), or a bucket for teams. Default: beside the content, in the store of the repository. */
  readonly storage?: ObjectStore | undefined;
  /** Where the content of models lies: deduplicated, compressed, and encrypted if the repository is. */
  readonly repository: Repository;
  /** The tenant of the repository that has the models. Default `models`. */
  readonly tenant?: string | undefined;
  /** Kinds of changes of one's own, and how far each raises the version. */
  readonly changes?: ChangeTable | undefined;
  /** The metrics of models, by their names. `add` takes no others, and none out of its range. Models without a set may have any. */
  readonly metrics?: Readonly<Record<string, MetricSet>> | undefined;
  /** The worst verdict that `add` takes. Default `clean`: what can't be judged, is damaged or disguised is for whoever says so. */
  readonly accept?: Exclude<Verdict, 'malicious'> | undefined;
  /** The largest file that `add` takes, in bytes; asked before anything of it is read. Default 68719476736 (64 GiB); `Infinity` for any. */
  readonly maxBytes?: number | undefined;
  readonly limits?: Partial<InspectLimits> | undefined;
  /** A folder of this machine that remembers what files looked like when they were read: unchanged ones are not read again. Default: only memory does. */
  readonly cacheDirectory?: string | undefined;
  /** Signs every version when it is added. */
  readonly sign?: ModelSignOptions | undefined;
  /** Whose signatures count. With it, `restore` refuses what none of them has signed. */
  readonly trust?: ModelTrust | undefined;
  /** What a version needs before an alias points to it, by aliases. Moves back are free. */
  readonly gates?: Readonly<Record<string, PromotionGates>> | undefined;
  /** How `validate` loads models. */
  readonly loadTest?: LoadTestOptions | undefined;
  /** Who works with it, for the history. Default: who is logged in. */
  readonly by?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Told what happens, for logs and audits. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
  /** Throws where somebody may not do what they want. Asked before anything is done. Default: all may do everything. */
  readonly authorize?: ((intent: ModelIntent) => void | Promise<void>) | undefined;
}

/** Options of `createModelRegistry` for a registry with a repository of its own. */
export interface OwnRegistryOptions extends Omit<ModelRegistryOptions, 'repository' | 'storage'>, ContentOptions {
  /** Where everything is: content, names and history. A repository is made in it where there is none. */
  readonly storage: ObjectStore;
  readonly repository?: undefined;
}

/** A registry with a repository of its own, which is closed with it. */
export interface OwnModelRegistry extends ModelRegistry, AsyncDisposable {
  readonly repository: Repository;
}

/** What is said of a version that is added. */
export interface AddOptions extends Partial<Omit<VersionFacts, 'change'>> {
  /** `architecture`, `retrain`, `improvement`, `fix`, or one of one's own. */
  readonly change: string;
  readonly signal?: AbortSignal | undefined;
}

/** What became of a file that was added. */
export interface AddedVersion {
  readonly version: ModelVersion;
  /** `false`: the file is that of the newest version already, and nothing was written. */
  readonly isNew: boolean;
  /** Bytes that the repository did not have before, as they are stored. */
  readonly bytesStored: number;
}

/** Which versions are listed. All that are given must match. */
export interface ListVersionsOptions {
  readonly tags?: readonly string[] | undefined;
  /** At most this many, the newest. */
  readonly limit?: number | undefined;
}

/** A move of an alias. */
export interface MoveAliasOptions {
  /** What the alias has to point to before; `null`: there must be no such alias. Default: whatever it points to when the move is asked for. */
  readonly expected?: string | null | undefined;
  readonly reason?: string | undefined;
  /** For `promote` and `rollback`: also when gates have failed, or the content is damaged. It takes a reason, which the history keeps with the gates. Default `false`. */
  readonly force?: boolean | undefined;
}

/** How two versions are compared. */
export interface DiffOptions {
  /** Also reads both contents, and tells how far weights moved. Default: `false`. */
  readonly weights?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One model, as it is at some time. */
export interface ModelSummary {
  readonly model: string;
  readonly versions: number;
  readonly latest?: string | undefined;
  readonly aliases: Readonly<Record<string, string>>;
}

/** Versions of models. References are a version (`1.4.0`), an alias (`prod`) or `latest`. */
export interface ModelRegistry extends ModelSurvey, ModelVouching {
  /**
   * Inspects a file, stores it, and gives it the next version. When the file is that of the newest version, nothing is written.
   *
   * @throws {ModelError} `INVALID_NAME`, `UNKNOWN_CHANGE`, `INVALID_INPUT`; `MODEL_REFUSED` when the inspection says no, or it is too large: nothing is written;
   * `MODEL_NOT_FOUND` and `VERSION_NOT_FOUND` for parents that are not there; `READ_FAILED`, `NOT_A_FILE`, `FILE_CHANGED`, `HISTORY_DAMAGED`, `CONFLICT`;
   * those of the repository.
   */
  add(model: string, path: string, options: AddOptions): Promise<AddedVersion>;
  /** All models that have had a version. */
  models(): Promise<readonly ModelSummary[]>;
  /** Versions of a model, newest first. @throws {ModelError} `MODEL_NOT_FOUND`. */
  list(model: string, options?: ListVersionsOptions): Promise<readonly ModelVersion[]>;
  /** @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`. */
  get(model: string, reference: string): Promise<ModelVersion>;
  /**
   * Writes a version to a file, each byte compared; where the registry trusts somebody, only what they have signed.
   *
   * @throws {ModelError} `NOT_SIGNED`, `BAD_SIGNATURE`, `TARGET_EXISTS`, `MODEL_DAMAGED`, `WRITE_FAILED`; those of `get`.
   */
  restore(model: string, reference: string, options: RestoreContentOptions): Promise<ModelVersion>;
  /** What sets two versions apart. With `weights`, `authorize` is asked, as contents are read. @throws {ModelError} those of `get`; with `weights`, `MODEL_DAMAGED` and `ABORTED`. */
  diff(model: string, before: string, after: string, options?: DiffOptions): Promise<VersionDiff>;
  /**
   * Takes a version away. Its number is not given again, and the history keeps what it was.
   *
   * @throws {ModelError} `VERSION_IN_USE` while an alias points to it; those of `get`.
   */
  delete(model: string, version: string, options: { readonly reason: string }): Promise<void>;
  /**
   * Lets an alias point to a version, if it passes the gates of the alias, and no scrub has found it damaged.
   *
   * @throws {ModelError} `GATE_FAILED` with all that have failed; `ALIAS_MOVED` when it does not point where it was expected to; those of `get`.
   */
  promote(model: string, alias: string, reference: string, options?: MoveAliasOptions): Promise<AliasMove>;
  /**
   * Lets an alias point to where it pointed before its last move. There are no gates, but what a scrub has found damaged, or what the repository has no
   * longer, takes `force`. All of the content is not read.
   *
   * @throws {ModelError} `ALIAS_NOT_FOUND`, `NOTHING_BEFORE`, `ALIAS_MOVED`, `MODEL_DAMAGED`; `INVALID_INPUT` for `force` without a reason that needs one.
   */
  rollback(model: string, alias: string, options?: MoveAliasOptions): Promise<AliasMove>;
  /** Takes an alias away. @throws {ModelError} `ALIAS_NOT_FOUND`, `ALIAS_MOVED`. */
  removeAlias(model: string, alias: string, options?: MoveAliasOptions): Promise<AliasMove>;
  /** Where aliases point; with `at`, where they pointed then, in milliseconds since 1970. */
  aliases(model: string, options?: { readonly at?: number | undefined }): Promise<Readonly<Record<string, string>>>;
  /**
   * All that happened to a model, oldest first: what changed it, and who restored what or was refused (the last 10,000 of these).
   *
   * @throws {ModelError} `MODEL_NOT_FOUND`, `HISTORY_DAMAGED`.
   */
  history(model: string): Promise<readonly (LoggedEvent | LoggedAudit)[]>;
}
