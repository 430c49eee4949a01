import type { Writable } from 'node:stream';
import type { ZipLimits } from '@x/integrity/archive';
import type { CompressionProfile, Repository, RunOptions, SnapshotFilter } from '../repository/contract.ts';
import type { TenantHandle } from '../repository/tenant-contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';

/** Where something is exported to, and for whom. */
export interface ExportTarget extends RunOptions {
  /** The repository, or one tenant of it (`repository.tenant(name)`), whose snapshots alone are found then. */
  readonly repository: Repository | TenantHandle;
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** For `latest` and names. */
  readonly filter?: SnapshotFilter | undefined;
  /** A path that must not exist yet: it appears when it is complete. Or a stream, which is not ended. */
  readonly to: string | Writable;
  /** Recipients of age (`age1…` or `age1pq1…`): only they can read what is written. */
  readonly recipients?: readonly string[] | undefined;
}

/** A level of deflate: 1 takes the least time, 9 gives the smallest result. */
export type CompressionLevel = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Options of {@link exportZip}. */
export interface ExportZipOptions extends ExportTarget {
  /** Default `deflate`: content that shrinks is deflated. `store`: no content is, which is many times faster. */
  readonly compression?: 'store' | 'deflate' | undefined;
  /** How hard it is deflated: 1 (quick) to 9 (small). Default 9, as archives are kept long. */
  readonly level?: CompressionLevel | undefined;
  /** Only this path of the snapshot and what is below it. */
  readonly path?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** What was written. */
export interface ExportSummary {
  /** Id of the snapshot. */
  readonly snapshot: string;
  /** Bytes that were written. */
  readonly size: number;
  /** SHA-256 of what was written, hex. */
  readonly sha256: string;
  readonly encrypted: boolean;
}

/** What {@link exportZip} has written. */
export interface ExportZipResult extends ExportSummary, ArchiveTotals {
  /** SHA-256 of the manifest, hex: keep it elsewhere, and `importZip` takes no other archive for this one. */
  readonly manifestSha256: string;
}

/** What an archive holds. */
export interface ArchiveTotals {
  /** Entries of the snapshot: files, folders and all others. */
  readonly entries: number;
  readonly files: number;
  /** Bytes of content. */
  readonly bytes: number;
}

/** Options of {@link exportFile}. */
export interface ExportFileOptions extends ExportTarget {
  /** Path of the file in the snapshot. Default: the only one that a database or a program has given. */
  readonly path?: string | undefined;
  /** Default `true` when `to` is a path that ends in `.gz` or `.gz.age`. */
  readonly gzip?: boolean | undefined;
  /** How hard gzip compresses: 1 (quick) to 9 (small). Default 9. */
  readonly level?: CompressionLevel | undefined;
}

/** What {@link exportFile} has written. */
export interface ExportFileResult extends ExportSummary {
  /** Path of the file in the snapshot. */
  readonly path: string;
  /** Bytes of its content. */
  readonly bytes: number;
}

/** Options of {@link verifyZip}. */
export interface VerifyZipOptions extends RunOptions {
  /** Identities of age (`AGE-SECRET-KEY-…`), for an archive that is encrypted. */
  readonly identities?: readonly string[] | undefined;
  /**
   * What an archive may have at most. Default: 16 million entries; content of 16 GiB, or 200 times the size of the archive if that is
   * more.
   */
  readonly limits?: ZipLimits | undefined;
  /** What `exportZip` has told, hex: an archive with another manifest is refused. */
  readonly manifestSha256?: string | undefined;
}

/** Options of {@link importZip}. */
export interface ImportZipOptions extends VerifyZipOptions {
  /** The repository, or one tenant of it, to which the snapshot then belongs. */
  readonly repository: Repository | TenantHandle;
  /** The archive. */
  readonly from: string;
  /** Default `default`; of a tenant's handle, that tenant. */
  readonly tenant?: string | undefined;
  /** Default: that of the snapshot that was exported; so are `note` and `tags`, which get `imported=<its id>` besides. */
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Default `maximum`. */
  readonly compression?: CompressionProfile | undefined;
  readonly createdBy?: string | undefined;
}

/** What an archive is, once all of it was checked. */
export interface ZipReport extends ArchiveTotals {
  /** The record of the snapshot that was exported. */
  readonly snapshot: SnapshotRecord;
  /** SHA-256 of the manifest, hex. */
  readonly manifestSha256: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly encrypted: boolean;
}

/** What {@link importZip} has made. */
export interface ImportZipResult extends ZipReport {
  /** The new snapshot. */
  readonly imported: SnapshotRecord;
}
