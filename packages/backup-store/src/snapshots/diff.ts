import { diffCatalogs, type EntryPair } from '../catalog/catalog-diff.ts';
import { type Entry, isAbsent } from '../catalog/entry.ts';
import type { Difference } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import { entryView } from './entry-view.ts';
import { sourcePath, sourceRoot } from './locate.ts';
import type { SnapshotSource } from './record.ts';
import type { TenantSnapshot } from './resolve.ts';
import { readableCatalog } from './source-entries.ts';

const EMPTY = Buffer.alloc(0);

/** A source in two snapshots, or in one of them. */
interface SourcePair {
  readonly before?: SnapshotSource | undefined;
  readonly after?: SnapshotSource | undefined;
}

/** Differences between two snapshots, source by source (those of one root are compared), in path order. */
export async function* diffSnapshots(
  before: TenantSnapshot,
  after: TenantSnapshot,
  signal?: AbortSignal,
): AsyncGenerator<Difference, void, undefined> {
  for (const pair of sourcePairs(before, after)) {
    const paths = {
      before: pair.before ? sourcePath(pair.before) : EMPTY,
      after: pair.after ? sourcePath(pair.after) : EMPTY,
    };
    const catalogs = diffCatalogs(
      pair.before && readableCatalog(before.tenant, pair.before),
      pair.after && readableCatalog(after.tenant, pair.after),
    );
    for await (const entries of catalogs) {
      checkAborted(signal);
      for (const entry of entries) {
        const difference = differenceOf(entry, paths);
        if (difference !== undefined) yield difference;
      }
    }
  }
}

function sourcePairs(before: TenantSnapshot, after: TenantSnapshot): Iterable<SourcePair> {
  const pairs = new Map<string, SourcePair>();
  for (const source of before.record.sources) pairs.set(sourceRoot(source).toString('latin1'), { before: source });
  for (const source of after.record.sources) {
    const key = sourceRoot(source).toString('latin1');
    pairs.set(key, { ...pairs.get(key), after: source });
  }
  return pairs.values();
}

function differenceOf(pair: EntryPair, paths: { before: Buffer; after: Buffer }): Difference | undefined {
  const change = changeOf(pair);
  if (change === undefined) return undefined;
  const before = pair.before && entryView(paths.before, pair.before);
  const after = pair.after && entryView(paths.after, pair.after);
  const { path, pathBase64 } = (after ?? before) as NonNullable<typeof after>;
  return { change, path, ...(pathBase64 === undefined ? {} : { pathBase64 }), before, after };
}

function changeOf({ before: a, after: b }: EntryPair): Difference['change'] | undefined {
  if (a === undefined) return 'added';
  if (b === undefined) return 'removed';
  if (a.kind !== b.kind) return 'kind';
  if (!sameContent(a, b)) return 'content';
  const same = a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.mtimeNs === b.mtimeNs;
  return same ? undefined : 'metadata';
}

function sameContent(a: Entry, b: Entry): boolean {
  const sameTarget = (a.linkTarget ?? EMPTY).equals(b.linkTarget ?? EMPTY);
  // Of a file whose content is not there, size and time tell.
  if (isAbsent(a) || isAbsent(b)) return a.size === b.size && a.mtimeNs === b.mtimeNs;
  const sameBlobs =
    a.content.length === b.content.length &&
    a.content.every((blob, i) => Buffer.compare(blob.sha256, (b.content[i] as typeof blob).sha256) === 0);
  return a.size === b.size && sameTarget && sameBlobs;
}
