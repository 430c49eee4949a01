import { listAll, type ObjectStore } from '@x/storage';

import { readLeafPage } from '../catalog/leaf-page.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { nameParts, packsPrefix, sessionsPrefix, indexPrefix, commitsPrefix } from '../layout/names.ts';
import { BLOB, type BlobType } from '../pack/directory.ts';
import { packIdOf } from '../prune/pack-use.ts';
import { commitSeal, decodeCommit } from '../session/commit.ts';
import { TenantView } from '../session/tenant-view.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { SimulationCodec, SimulatedBlob } from './codec.ts';
import { readBlob } from './keeper-process.ts';
import { contents, type SimulatedTree, treeWith } from './universe.ts';

/** A law of the repository that was broken. */
export class Violation extends Error {}

type ReadBlob = (type: BlobType, sha256: Uint8Array) => Promise<Uint8Array>;

/** Knows what must be there, whatever happened, and looks whether a reader who comes now gets it. */
export class Model {
  readonly #codec: SimulationCodec;
  readonly #store: ObjectStore;
  readonly #sealed: SealedStore;
  /** Snapshots that were committed, and what is in them. */
  readonly #committed = new Map<string, SimulatedTree>();
  readonly #released = new Set<string>();
  /** Snapshots of which a forget marker has been stored. */
  readonly forgotten: Set<string> = new Set();

  constructor(codec: SimulationCodec, store: ObjectStore) {
    this.#codec = codec;
    this.#store = store;
    this.#sealed = codec.sealed(store);
  }

  release(snapshot: string): void {
    this.#released.add(snapshot);
  }

  isReleased(snapshot: string): boolean {
    return this.#released.has(snapshot);
  }

  /** A commit object has come to be, or has been overwritten. */
  async commit(key: string): Promise<void> {
    const commit = decodeCommit(await this.#sealed.read(key, commitSeal(this.#codec.tenant)), key);
    const session = nameParts(key, commitsPrefix(this.#codec.tenant.label))[1] as string;
    if (commit.type === 'snapshot') this.#committed.set(session, treeWith(commit.record.sources[0]?.catalog.sha256));
  }

  async #view(): Promise<TenantView> {
    const view = new TenantView(this.#sealed, this.#codec.tenant);
    await view.reload();
    return view;
  }

  /** Each committed, unforgotten snapshot restores byte for byte. @throws {Violation} */
  async check(): Promise<void> {
    const view = await this.#view();
    const [damage] = [...view.damaged, ...view.segmentErrors.values()];
    if (damage !== undefined) throw new Violation(`a reader finds damage: ${damage.message}`);
    const back = view.snapshots.find(({ record }) => this.forgotten.has(record.id));
    if (back !== undefined) throw new Violation(`snapshot ${back.record.id} was forgotten and is there again`);
    const found = new Map(view.snapshots.map(({ record }) => [record.id, record]));
    const read = this.#reader(view);
    for (const [id, tree] of this.#committed) {
      if (this.#released.has(id)) continue;
      const record = found.get(id);
      if (record === undefined) throw new Violation(`snapshot ${id} was committed and is not there`);
      await this.#restore(read, record, tree);
    }
  }

  /** Reads the blobs of one view. Nothing changes meanwhile, so what many snapshots hold is read once. */
  #reader(view: TenantView): ReadBlob {
    const from = { codec: this.#codec, sealed: this.#sealed, view };
    const blobs = new Map<string, Uint8Array>();
    return async (type, sha256) => {
      const id = `${type} ${Buffer.from(sha256.buffer, sha256.byteOffset, sha256.byteLength).toString('latin1')}`;
      let bytes = blobs.get(id);
      if (bytes === undefined) blobs.set(id, (bytes = await readBlob(from, type, sha256)));
      return bytes;
    };
  }

  async #restore(read: ReadBlob, { id, sources }: SnapshotRecord, tree: SimulatedTree): Promise<void> {
    try {
      const { sha256 } = (sources[0] as (typeof sources)[number]).catalog;
      const page = await read(BLOB.catalog, Buffer.from(sha256, 'hex'));
      const entries = readLeafPage(page, 'a catalog');
      if (entries.length !== tree.files.length)
        throw new Error(`${entries.length} files instead of ${tree.files.length}`);
      for (const [i, n] of tree.files.entries()) {
        const { bytes } = contents[n] as SimulatedBlob;
        const found = await read(BLOB.data, entries[i]?.content[0]?.sha256 ?? new Uint8Array(32));
        if (!Buffer.from(bytes).equals(found)) throw new Error(`file ${n} has other content`);
      }
    } catch (error) {
      throw new Violation(`snapshot ${id} can't be restored: ${(error as Error).message}`);
    }
  }

  /** All sessions have ended and keepers are done: nothing is stored that nobody needs. @throws {Violation} */
  async checkSpace(): Promise<void> {
    const { label } = this.#codec.tenant;
    const view = await this.#view();
    const needed = new Set<string>();
    for (const { record } of view.snapshots) {
      const tree = treeWith(record.sources[0]?.catalog.sha256);
      for (const { type, sha256 } of tree.blobs)
        needed.add(packIdOf(view.index.packOf(view.index.find(this.#codec.idOf(type, sha256)))));
    }
    const counting = new Set<string>(view.segments.map(({ id }) => id));
    await this.#none(packsPrefix(label), (id) => needed.has(id));
    await this.#none(indexPrefix(label), (id) => counting.has(id));
    await this.#none(sessionsPrefix(label), () => false);
  }

  async #none(prefix: string, isNeeded: (id: string) => boolean): Promise<void> {
    for await (const { key } of listAll(this.#store, prefix))
      if (!isNeeded(key.slice(prefix.length))) throw new Violation(`${key} is still there and nobody needs it`);
  }
}
