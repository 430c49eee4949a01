import type { Entry } from '../catalog/entry.ts';
import { comparePaths } from '../catalog/path-order.ts';
import type { Difference } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import { entryView } from './entry-view.ts';
import { sourcePath, sourceRoot } from './locate.ts';
import type { SnapshotSource } from './record.ts';
import type { TenantSnapshot } from './resolve.ts';
import { catalogEntries } from './source-entries.ts';

const EMPTY = Buffer.alloc(0);

/** Differences between two snapshots, source by source (those of one root are compared), in path order. */
export async function* diffSnapshots(
  before: TenantSnapshot,
  after: TenantSnapshot,
  signal?: AbortSignal,
): AsyncGenerator<Difference, void, undefined> {
  const roots = new Map<string, { before?: SnapshotSource; after?: SnapshotSource }>();
  for (const source of before.record.sources) roots.set(sourceRoot(source).toString('latin1'), { before: source });
  for (const source of after.record.sources) {
    const key = sourceRoot(source).toString('latin1');
    roots.set(key, { ...roots.get(key), after: source });
  }
  for (const pair of roots.values()) {
    // Equal catalogs have equal digests: nothing to read.
    if (
      pair.before !== undefined &&
      pair.after !== undefined &&
      pair.before.catalog.sha256 === pair.after.catalog.sha256
    )
      continue;
    const old = new Cursor(pair.before && catalogEntries(before.tenant, pair.before));
    const now = new Cursor(pair.after && catalogEntries(after.tenant, pair.after));
    const paths = {
      before: pair.before ? sourcePath(pair.before) : EMPTY,
      after: pair.after ? sourcePath(pair.after) : EMPTY,
    };
    yield* merge(old, now, { ...paths, signal });
  }
}

async function* merge(
  old: Cursor,
  now: Cursor,
  options: { before: Buffer; after: Buffer; signal: AbortSignal | undefined },
): AsyncGenerator<Difference, void, undefined> {
  for (;;) {
    checkAborted(options.signal);
    const a = await old.peek();
    const b = await now.peek();
    if (a === undefined && b === undefined) return;
    const order = a === undefined ? 1 : b === undefined ? -1 : comparePaths(a.path, b.path);
    const left = order <= 0 ? old.take() : undefined;
    const right = order >= 0 ? now.take() : undefined;
    const change = changeOf(left, right);
    if (change === undefined) continue;
    const before = left && entryView(options.before, left);
    const after = right && entryView(options.after, right);
    const { path, pathBase64 } = (after ?? before) as NonNullable<typeof after>;
    yield { change, path, ...(pathBase64 === undefined ? {} : { pathBase64 }), before, after };
  }
}

/** Walks entries one by one. */
class Cursor {
  readonly #pages: AsyncIterator<Entry[]> | undefined;
  #page: readonly Entry[] = [];
  #at = 0;
  #ended = false;

  constructor(pages: AsyncIterable<Entry[]> | undefined) {
    this.#pages = pages?.[Symbol.asyncIterator]();
    this.#ended = pages === undefined;
  }

  async peek(): Promise<Entry | undefined> {
    while (this.#at >= this.#page.length && !this.#ended) {
      const next = await this.#pages?.next();
      this.#ended = next?.done !== false;
      this.#page = next?.done === false ? next.value : [];
      this.#at = 0;
    }
    return this.#page[this.#at];
  }

  take(): Entry | undefined {
    return this.#page[this.#at++];
  }
}

function changeOf(a: Entry | undefined, b: Entry | undefined): Difference['change'] | undefined {
  if (a === undefined) return 'added';
  if (b === undefined) return 'removed';
  if (a.kind !== b.kind) return 'kind';
  if (!sameContent(a, b)) return 'content';
  const same = a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.mtimeNs === b.mtimeNs;
  return same ? undefined : 'metadata';
}

function sameContent(a: Entry, b: Entry): boolean {
  const sameTarget = (a.linkTarget ?? EMPTY).equals(b.linkTarget ?? EMPTY);
  const sameBlobs =
    a.content.length === b.content.length &&
    a.content.every((blob, i) => Buffer.from(blob.sha256).equals((b.content[i] as typeof blob).sha256));
  return a.size === b.size && sameTarget && sameBlobs;
}
