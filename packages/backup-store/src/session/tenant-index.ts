import { listAll } from '@x/storage';

import { BlobIndex } from '../blob-index/blob-index.ts';
import type { PackInfo } from '../blob-index/segment.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { nameParts, packsPrefix, segmentName } from '../layout/names.ts';
import { readNamedPacks, readSessionPacks } from '../pack/pack-directories.ts';
import { indexSeal } from './commit.ts';
import type { CountingSegment, PackId, SegmentId } from './epoch-records.ts';

/** Segments are read so many at a time: one may be 16 MiB, and is there twice while it is opened. */
const PARALLEL = 3;

/** The blobs of the segments that count, and which of these segments can't be read. */
export class TenantIndex {
  readonly index: BlobIndex = new BlobIndex();
  /** Index segments that can't be read, by name; the packs of their sessions were looked into instead. */
  readonly errors: Map<string, BackupError> = new Map();
  /** The newest decision when this index was begun: it is good until the next one. */
  readonly epoch: number;
  readonly #sealed: SealedStore;
  readonly #tenant: Tenant;
  readonly #loaded = new Set<SegmentId>();
  readonly #packs = new Map<SegmentId, readonly PackInfo[]>();

  constructor(sealed: SealedStore, tenant: Tenant, epoch: number) {
    this.#sealed = sealed;
    this.#tenant = tenant;
    this.epoch = epoch;
  }

  /** Adds the segments that are not there yet. One that can't be read is made up from the packs it is about. */
  async add(segments: readonly CountingSegment[], signal: AbortSignal | undefined): Promise<void> {
    const missing = segments.filter(({ id }) => !this.#loaded.has(id));
    const unreadable: CountingSegment[] = [];
    for (let at = 0; at < missing.length; at += PARALLEL) {
      const some = missing.slice(at, at + PARALLEL);
      const read = await Promise.all(some.map(async (segment) => await this.#read(segment.id, signal)));
      // In their order: of several copies of a blob every reader is to find the same one first.
      for (const [i, segment] of some.entries()) {
        if (!this.#addSegment(segment.id, read[i] as Buffer | BackupError)) unreadable.push(segment);
      }
    }
    // Only now: packs that another segment names need not be looked into.
    const named = unreadable.flatMap(({ packs }) => packs ?? []);
    if (named.length > 0) await this.#addNamed(named, signal);
    const sessions = new Set(unreadable.filter(({ packs }) => packs === undefined).map(({ id }) => sessionOf(id)));
    for (const session of sessions) await this.addPacks(session, signal);
    for (const { id } of unreadable) this.#loaded.add(id);
    await this.#markLost(signal);
  }

  async #read(id: SegmentId, signal: AbortSignal | undefined): Promise<Buffer | BackupError> {
    try {
      return await this.#sealed.read(nameOf(this.#tenant.label, id), indexSeal(this.#tenant), { signal });
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      return error;
    }
  }

  /** @returns Whether it could be read. */
  #addSegment(id: SegmentId, content: Buffer | BackupError): boolean {
    const name = nameOf(this.#tenant.label, id);
    try {
      if (content instanceof BackupError) throw content;
      const before = this.index.packs.length;
      this.index.addSegment(content, name);
      this.#packs.set(id, this.index.packs.slice(before));
      this.#loaded.add(id);
      return true;
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      this.errors.set(name, error);
      return false;
    }
  }

  /** The packs that a segment names; `undefined` when it could not be read. */
  packsOf(segment: SegmentId): readonly PackInfo[] | undefined {
    return this.#packs.get(segment);
  }

  #known(): Set<string> {
    return new Set(this.index.packs.map((pack) => pack.id));
  }

  async #addNamed(names: readonly PackId[], signal: AbortSignal | undefined): Promise<void> {
    const { packs } = await readNamedPacks(this.#sealed, this.#tenant, names, { skip: this.#known(), signal });
    for (const pack of packs) this.index.addPack(pack, 'packs of a lost segment');
  }

  /** Adds all packs of a session from their own directories. */
  async addPacks(session: string, signal: AbortSignal | undefined): Promise<void> {
    const { packs } = await readSessionPacks(this.#sealed, this.#tenant, session, { skip: this.#known(), signal });
    for (const pack of packs) this.index.addPack(pack, `packs of session ${session}`);
  }

  /** Packs that the store does not have in full: their blobs must be stored again, and copies of them found first. */
  async #markLost(signal: AbortSignal | undefined): Promise<void> {
    const prefix = packsPrefix(this.#tenant.label);
    // Both in the order of their names, so that nothing has to be kept of the listing.
    const packs = this.index.packs.toSorted((a, b) => order(a.session, b.session) || order(a.id, b.id));
    const lost: PackInfo[] = [];
    let next = 0;
    for await (const { key, size } of listAll(this.#sealed.store, prefix, { signal })) {
      const [session = '', id = ''] = nameParts(key, prefix);
      for (; next < packs.length; next++) {
        const pack = packs[next] as PackInfo;
        const before = order(pack.session, session) || order(pack.id, id);
        if (before > 0) break;
        if (before < 0 || pack.size !== size) lost.push(pack);
      }
    }
    this.index.markLost([...lost, ...packs.slice(next)]);
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The key of an index segment. */
function nameOf(label: string, id: SegmentId): string {
  const [session, segment] = id.split('/') as [string, string];
  return segmentName(label, session, segment);
}

const sessionOf = (id: SegmentId): string => id.slice(0, id.indexOf('/'));
