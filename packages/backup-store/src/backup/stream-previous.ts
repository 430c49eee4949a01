import { readCatalog } from '../catalog/catalog-reader.ts';
import type { BlobRef, Entry } from '../catalog/entry.ts';
import { BLOB } from '../pack/directory.ts';
import type { OpenTenant } from '../run/context.ts';
import { pageRef } from '../snapshots/page-ref.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { BackupSource, PreviousFile, PreviousSource } from '../source/contract.ts';
import { streamRoot } from './stream-sources.ts';

/** A source of the snapshot before, as its next run sees it, and what is known of its files. */
export class StreamPrevious {
  /** Absent: there is none. */
  readonly source: PreviousSource | undefined;
  /** Files by their paths. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly #contents = new WeakMap<object, Entry>();
  readonly #tenant: OpenTenant;
  #failure: { readonly error: unknown } | undefined;

  private constructor(
    tenant: OpenTenant,
    entries: ReadonlyMap<string, Entry>,
    before: Omit<PreviousSource, 'files'> | undefined,
  ) {
    this.#tenant = tenant;
    this.entries = entries;
    if (before === undefined) return;
    const files = new Map<string, PreviousFile>();
    for (const [path, entry] of entries) files.set(path, this.#file(path, entry));
    this.source = { ...before, files };
  }

  /** Reads its catalog. @throws {BackupError} what reading pages throws. */
  static async load(
    tenant: OpenTenant,
    source: BackupSource,
    parent: SnapshotRecord | undefined,
  ): Promise<StreamPrevious> {
    const before = parent?.sources.find(({ root }) => root === streamRoot(source));
    const entries = new Map<string, Entry>();
    if (parent === undefined || before === undefined) return new StreamPrevious(tenant, entries, undefined);
    const pages = readCatalog(pageRef(before.catalog), async (ref) => await tenant.blobs.read(BLOB.catalog, ref));
    for await (const page of pages)
      for (const entry of page) if (entry.kind === 'file') entries.set(entry.path.toString('utf8'), entry);
    return new StreamPrevious(tenant, entries, {
      snapshotId: parent.id,
      startedMs: Date.parse(parent.startedAt),
      details: before.details ?? {},
    });
  }

  /** What is stored of a content that is a file of the snapshot before. */
  stored(content: object): readonly BlobRef[] | undefined {
    return this.#contents.get(content)?.content;
  }

  /** @throws {BackupError} what could not be read of the snapshot before, whatever became of it on the way through a source. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #file(path: string, entry: Entry): PreviousFile {
    const file = { path, size: entry.size, [Symbol.asyncIterator]: () => this.#read(entry.content) };
    this.#contents.set(file, entry);
    return file;
  }

  async *#read(content: readonly BlobRef[]): AsyncGenerator<Uint8Array, void, undefined> {
    let ahead: Promise<Uint8Array> | undefined;
    for (const [i, blob] of content.entries()) {
      const current = ahead ?? this.#blob(blob);
      const next = content[i + 1];
      ahead = next === undefined ? undefined : this.#blob(next);
      // Reported when its turn comes, if it does.
      ahead?.catch(() => undefined);
      yield await current;
    }
  }

  async #blob(blob: BlobRef): Promise<Uint8Array> {
    try {
      return await this.#tenant.blobs.read(BLOB.data, blob);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }
}
