import type { RestoreOptions, RestorePlan, RestoreResult, RunOptions } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { RetentionPolicy } from '@x/retention';

/** What a product's tenants share: components, styles, texts in several languages, migrations of databases. */
export type StructurePart = 'components' | 'styles' | 'i18n' | 'migrations';

/** Where the parts are: files and folders, relative to the root. */
export type StructureParts = Readonly<Partial<Record<StructurePart, readonly string[]>>>;

/** One file, or a folder taken as one. */
export interface StructureFile {
  /** Relative to the root, `/`-joined. */
  readonly path: string;
  readonly files: number;
  /** Bytes of content. */
  readonly bytes: number;
  /** SHA-256 of the file, or over the names and digests of all files of the folder; hex. */
  readonly sha256: string;
}

/** A component: a folder with a `package.json`, or else what lies directly below a folder of components. */
export interface StructureComponent extends StructureFile {
  readonly name: string;
  /** Of its `package.json`. */
  readonly version?: string | undefined;
  /** Names of other components that it imports, or that its `package.json` names. Sorted. */
  readonly dependencies: readonly string[];
  /** What else its `package.json` depends on, with the ranges. */
  readonly packages: Readonly<Record<string, string>>;
}

/** A language: one JSON file, or the JSON files of a folder with its name. */
export interface StructureLocale extends StructureFile {
  /** `pt-BR`. */
  readonly locale: string;
  readonly keys: number;
  /** Keys that other languages have, and this one lacks. Sorted, at most 100. */
  readonly missing: readonly string[];
}

/** What a version of the structure is made of; every list sorted by path. */
export interface StructureInventory {
  readonly components: readonly StructureComponent[];
  readonly styles: readonly StructureFile[];
  readonly i18n: readonly StructureLocale[];
  readonly migrations: readonly StructureFile[];
}

/** How far a version is from the one before. */
export type StructureBump = 'first' | 'major' | 'minor' | 'patch' | 'none';

/** A version, and why it is that one. */
export interface StructureVersionPlan {
  readonly version: string;
  readonly previous?: string | undefined;
  readonly bump: StructureBump;
  /** One line for each thing that asked for the bump. */
  readonly reasons: readonly string[];
}

/** One thing that two versions differ in. */
export interface StructureChange {
  readonly part: StructurePart;
  readonly change: 'added' | 'removed' | 'changed';
  /** Name of the component or language, or path of the file. */
  readonly name: string;
  /** Versions, where components have them. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** A version that is stored. */
export interface StructureVersion {
  readonly version: string;
  /** Majors, such as `2.0.0`, are never forgotten. */
  readonly immutable: boolean;
  readonly snapshot: SnapshotRecord;
}

/** Options of {@link SharedStructure.backup}. */
export interface StructureBackupOptions extends RunOptions {
  readonly root: string;
  readonly parts: StructureParts;
  /** The version to give. Default: the next one by what has changed. */
  readonly version?: string | undefined;
  readonly note?: string | undefined;
  /** Says what would be done, and stores nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What {@link SharedStructure.backup} did, or with `dryRun` would do. */
export interface StructureBackup extends StructureVersionPlan {
  readonly inventory: StructureInventory;
  /** Absent with `dryRun`, and where nothing has changed. */
  readonly snapshot?: SnapshotRecord | undefined;
}

/** Options of {@link SharedStructure.planRestore} and {@link SharedStructure.restore}. */
export interface StructureRestoreOptions extends RunOptions, Pick<RestoreOptions, 'overwrite'> {
  /** A version, such as `1.4.0`, or `latest`. */
  readonly version: string;
  /** The root to restore below. */
  readonly to: string;
  /** Default: all. */
  readonly parts?: readonly StructurePart[] | undefined;
  /** Whether what would be overwritten is saved first. Default `true`. */
  readonly safetyBackup?: boolean | undefined;
}

/** What a retention of the structure's versions comes to. */
export interface StructureForget {
  readonly kept: readonly { readonly version: string; readonly reason: string }[];
  readonly forgotten: readonly string[];
}

/**
 * The structure that all tenants share, with version numbers of its own. It is kept as snapshots of a tenant of its own in a
 * repository: no call of it reads or writes anything of another tenant.
 */
export interface SharedStructure {
  /**
   * Stores the parts as a new version, unless nothing has changed.
   *
   * @throws {BackupError} `INVALID_OPTION` (a path outside the root, no parts, a version that is not higher), `PATH_FAILED`,
   * `INVENTORY_FAILED`, and what `Repository.backup` throws.
   */
  backup(options: StructureBackupOptions): Promise<StructureBackup>;
  /** All versions, oldest first. */
  catalog(): Promise<readonly StructureVersion[]>;
  /** @throws {BackupError} `SNAPSHOT_NOT_FOUND`. */
  inventory(version: string): Promise<StructureInventory>;
  /** @throws {BackupError} `SNAPSHOT_NOT_FOUND`. */
  diff(before: string, after: string): Promise<readonly StructureChange[]>;
  /** What {@link SharedStructure.restore} would do: one plan, or none where the version has nothing of these parts. */
  planRestore(options: StructureRestoreOptions): Promise<readonly RestorePlan[]>;
  /**
   * Puts the parts of a version below a root; nothing beside them is touched. With `overwrite`, what would be replaced is saved first, what was
   * written is compared with the version, and when that fails, or was killed and is rolled back, all parts become what they were before. One
   * result, or none where the version has nothing of these parts.
   *
   * @throws {BackupError} `RESTORE_ROLLED_BACK`, `RESTORE_INVALID`, `ROLLBACK_FAILED`.
   */
  restore(options: StructureRestoreOptions): Promise<readonly RestoreResult[]>;
  /**
   * Forgets versions. The policy is one of `@x/retention`; default: one of each month for 12 months. Majors and the latest version stay
   * whatever it says.
   */
  forget(options?: {
    readonly policy?: RetentionPolicy | undefined;
    readonly dryRun?: boolean | undefined;
  }): Promise<StructureForget>;
}
