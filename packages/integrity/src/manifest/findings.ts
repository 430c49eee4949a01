import type { EntryPath, ManifestEntry } from './model.ts';

/** What of an entry differs. A file whose size differs has other content too; after `kind`, nothing else is compared. */
export type Change = 'content' | 'size' | 'mode' | 'mtime' | 'kind' | 'target';

/** One way in which a directory is not what its manifest says. */
export type Finding = EntryPath &
  (
    | { readonly type: 'missing'; readonly expected: ManifestEntry }
    | {
        readonly type: 'changed';
        readonly changes: readonly Change[];
        readonly expected: ManifestEntry;
        /** Has a digest only if the file was read. */
        readonly actual: ManifestEntry;
      }
    | { readonly type: 'extra'; readonly actual: ManifestEntry }
    /** It may be sound or not: the system's code, or `CHANGED_WHILE_READ`, says why that is not known. */
    | { readonly type: 'unreadable'; readonly reason: string }
    | {
        readonly type: 'renamed';
        /** Where the content is now. */
        readonly to: EntryPath;
        /** Whether mode or time differ as well. */
        readonly changes: readonly Change[];
        readonly expected: ManifestEntry;
        readonly actual: ManifestEntry;
      }
  );

/** Figures of a {@link VerifyReport}. */
export interface VerifyCounts extends Readonly<Record<Finding['type'], number>> {
  /** Entries of the manifest that count. */
  readonly entries: number;
  /** Files that were read and compared, and bytes of them. */
  readonly files: number;
  readonly bytes: number;
  /** What was not readable when the manifest was made, so that nothing is known of it or below it. */
  readonly unproven: number;
}

/** How a directory compares with its manifest: plain data. */
export interface VerifyReport {
  /** Whether there are no findings. */
  readonly ok: boolean;
  readonly counts: VerifyCounts;
  /** In bytewise order of their paths. */
  readonly findings: readonly Finding[];
}

/** Puts findings into a report. */
export function reportOf(
  findings: readonly Finding[],
  counts: Pick<VerifyCounts, 'entries' | 'files' | 'bytes' | 'unproven'>,
): VerifyReport {
  const byType = { missing: 0, changed: 0, extra: 0, unreadable: 0, renamed: 0 };
  for (const { type } of findings) byType[type]++;
  return { ok: findings.length === 0, counts: { ...counts, ...byType }, findings };
}
