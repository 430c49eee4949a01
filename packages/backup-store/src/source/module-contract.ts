import type { BackupSource } from './contract.ts';

/** What a backup reads for one module. At least one path or source. */
export interface BackupModule {
  /** Files and folders, as `paths` of the backup. */
  readonly paths?: readonly string[] | undefined;
  /** Databases, output of programs, as `sources` of the backup. */
  readonly sources?: readonly BackupSource[] | undefined;
  /** Globs of what to leave out of these paths, beside those that hold for the whole backup. */
  readonly exclude?: readonly string[] | undefined;
}

/** The software whose data is backed up: by this one tells later which version can read it. */
export interface BackedUpSoftware {
  readonly name?: string | undefined;
  /** Such as `4.2.0`. */
  readonly version: string;
  /** Commit of its source code. */
  readonly commit?: string | undefined;
}
