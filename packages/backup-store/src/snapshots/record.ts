import type { ContentReport } from '../codec/content-report.ts';
import type { SourceDetails } from '../source/contract.ts';
import type { BackedUpSoftware } from '../source/module-contract.ts';

/** One source of a snapshot. */
export interface SnapshotSource {
  /** `directory` for files and folders, else what the source calls itself. */
  readonly kind: string;
  /** The module it belongs to, if any. */
  readonly module?: string | undefined;
  /** Absolute path, or `<kind>:<name>`: with tenant and host, the identity of what was backed up. */
  readonly root: string;
  /** Present when the path is not UTF-8. */
  readonly rootBase64?: string | undefined;
  /** Where it comes back below a restore folder: the path as given, without leading slash and without `..`. */
  readonly path: string;
  readonly pathBase64?: string | undefined;
  readonly status: 'ok' | 'partial' | 'failed';
  readonly problems: number;
  readonly entries: number;
  readonly files: number;
  /** Bytes of content. */
  readonly bytes: number;
  /** The catalog's top page. Hex SHA-256 and length of its plaintext. */
  readonly catalog: { readonly sha256: string; readonly length: number; readonly height: number };
  /** SHA-256 over all entries of the tree, hex; the same for the same tree in any repository with the same chunk borders. */
  readonly treeSha256: string;
  /**
   * SHA-256 over paths, kinds, contents and targets of links alone, hex: the same when the same is backed up again elsewhere, restored or copied, to
   * the same dedup domain. Absent where content was not read (checkpoints), and in snapshots of earlier versions.
   */
  readonly contentSha256?: string | undefined;
  /** Of a checkpoint: files whose content was not read and is not in it, and their bytes. */
  readonly absent?: { readonly files: number; readonly bytes: number } | undefined;
  /** Of a checkpoint, not of `directory`: it was checked, and nothing of it was read. */
  readonly unread?: boolean | undefined;
  /** Not of `directory`: milliseconds that it took. */
  readonly durationMs?: number | undefined;
  /** Not of `directory`: the first thing that went wrong. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** Not of `directory`: what the source says of itself, such as versions. */
  readonly details?: SourceDetails | undefined;
}

/** A part of a snapshot with a name and a digest of its own: some of its sources. */
export interface SnapshotModule {
  /** 1 to 64 small letters, digits, `-`, `_` and `.`, not `.` first. */
  readonly name: string;
  /**
   * SHA-256 of its sources, hex: of their kinds, roots and `treeSha256`. The same for the same trees at the same roots, whatever the
   * other modules are. Trees have times and permissions; a dump without times of its own is dated when it was read.
   */
  readonly sha256: string;
  /**
   * SHA-256 of the kinds and `contentSha256` of its sources, hex: of content alone, wherever it lies and whosever it is. Absent where a source
   * has none.
   */
  readonly contentSha256?: string | undefined;
  /** How many. */
  readonly sources: number;
  readonly files: number;
  /** Bytes of content. */
  readonly bytes: number;
}

/** The software whose data is in a snapshot. */
export interface SnapshotSoftware extends BackedUpSoftware {
  /** SHA-256 of this without this field, hex, as JSON with sorted keys and no blanks. */
  readonly sha256: string;
}

/**
 * How a snapshot was made. `full`: every byte of its sources was read. `incremental`: only what had changed since its parent.
 * `checkpoint`: no content was read, so it has that of unchanged files only. `pre-deploy`, `safety` (before something is overwritten):
 * like `incremental`.
 *
 * Each restores alone, whatever becomes of its parent.
 */
export type SnapshotKind = 'full' | 'incremental' | 'checkpoint' | 'pre-deploy' | 'safety';

/** A snapshot that was there before. */
export interface FollowedSnapshot {
  readonly id: string;
  /** SHA-256 of its record, hex. */
  readonly manifestSha256: string;
  /** Milliseconds since 1970: when it was made, after all that it followed itself. Tells this also when it is gone. */
  readonly madeMs: number;
}

/** What is known of one snapshot. JSON Schema: `snapshot.schema.json` of this package. */
export interface SnapshotRecord {
  /** 32 hex digits. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly tenant: { readonly id: string; readonly name: string };
  readonly kind: SnapshotKind;
  /** Who began it: somebody, or a scheduler. */
  readonly trigger: 'manual' | 'scheduled';
  /** ISO 8601, by the clock of the machine that wrote it. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly createdBy: string;
  readonly host: string;
  readonly versions: {
    readonly tool: string;
    readonly format: number;
    readonly platform: string;
    readonly schema: number;
  };
  readonly status: 'ok' | 'partial';
  readonly bytes: { readonly total: number; readonly read: number; readonly new: number; readonly stored: number };
  readonly files: {
    readonly total: number;
    readonly new: number;
    readonly changed: number;
    readonly unchanged: number;
  };
  /** The profile. */
  readonly compression: string;
  /** What compressing came to, by kinds of content, most first: of what was new. Absent when nothing was. */
  readonly contents?: readonly ContentReport[] | undefined;
  readonly encryption: { readonly algorithm: string; readonly keyId: string };
  readonly tags: readonly string[];
  readonly parent?: string | undefined;
  readonly sources: readonly SnapshotSource[];
  /** By name. Absent when no source belongs to one. */
  readonly modules?: readonly SnapshotModule[] | undefined;
  /** Absent when nobody has said. */
  readonly software?: SnapshotSoftware | undefined;
  /** Newest snapshots known when this one began: a chain that shows removals, and clocks that were put back. */
  readonly follows: readonly FollowedSnapshot[];
  /** SHA-256 of this record without this field, as JSON with sorted keys and no blanks. */
  readonly manifestSha256: string;
}
