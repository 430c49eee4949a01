import type { EntryKind } from '../catalog/entry.ts';
import { canonicalJson } from '../bytes/canonical-json.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { TreeEntry, TreeOrigin } from '../source/tree-contract.ts';
import type { ArchiveTotals } from './contract.ts';

/** What a manifest calls itself. */
export const FORMAT = 'holdfast-backup';
export const VERSION = 1;

/** An entry as the manifest has it. Its JSON Schema: `archive.schema.json` of this package. */
export interface ManifestEntry {
  readonly source: number;
  /** Path in the snapshot. */
  readonly path: string;
  readonly pathBase64?: string | undefined;
  /** Path in the archive where it is another one; `null` where there is no entry. */
  readonly name?: string | null | undefined;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970, in decimal. */
  readonly mtimeNs: string;
  readonly size: number;
  /** Hex; of files. */
  readonly sha256?: string | undefined;
  readonly linkTarget?: string | undefined;
  readonly linkTargetBase64?: string | undefined;
  readonly hardLinkTo?: string | undefined;
  readonly hardLinkToBase64?: string | undefined;
  readonly sparse?: true | undefined;
  readonly torn?: true | undefined;
}

/** What stands before the entries. */
export interface ManifestHead {
  readonly snapshot: SnapshotRecord;
  readonly sources: readonly TreeOrigin[];
}

/** What a snapshot says of its sources that is not counted, as the manifest has it. */
export function originsOf(record: SnapshotRecord): TreeOrigin[] {
  return record.sources.map(
    ({ kind, module, root, rootBase64, path, pathBase64, status, problems, error, details, durationMs }) =>
      dropUndefined({ kind, module, root, rootBase64, path, pathBase64, status, problems, error, details, durationMs }),
  );
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

/** The first line of a manifest. */
export function headLine({ snapshot, sources }: ManifestHead): string {
  const head = canonicalJson({ format: FORMAT, snapshot, sources, version: VERSION });
  return `${head.slice(0, -1)},"entries":[\n`;
}

/** The line of an entry. All but the first begin with the comma after the one before. */
export function entryLine(entry: ManifestEntry, isFirst: boolean): string {
  return `${isFirst ? '' : ','}${canonicalJson(entry)}\n`;
}

/** The last line. */
export function tailLine({ entries, files, bytes }: ArchiveTotals): string {
  return `],"totals":${canonicalJson({ entries, files, bytes })}}\n`;
}

/** The entry of a manifest for one of a snapshot. */
export function manifestEntry(
  entry: TreeEntry,
  at: {
    readonly source: number;
    readonly folder: Uint8Array;
    readonly name: string | undefined;
    readonly sha256: string | undefined;
  },
): ManifestEntry {
  const full = displayPath(joinPath(at.folder, entry.path));
  const target = entry.linkTarget && displayPath(entry.linkTarget);
  const hardLink = entry.hardLinkTo && displayPath(joinPath(at.folder, entry.hardLinkTo));
  return {
    source: at.source,
    ...full,
    ...(at.name === full.path ? {} : { name: at.name ?? null }),
    kind: entry.kind,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtimeNs: String(entry.mtimeNs),
    size: entry.size,
    sha256: at.sha256,
    linkTarget: target?.path,
    linkTargetBase64: target?.pathBase64,
    hardLinkTo: hardLink?.path,
    hardLinkToBase64: hardLink?.pathBase64,
    sparse: entry.sparse === true ? true : undefined,
    torn: entry.torn === true ? true : undefined,
  };
}
