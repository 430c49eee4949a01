import { encodeSegment, type IndexedPack } from '../blob-index/segment.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { type NewId, newSegmentId, segmentName } from '../layout/names.ts';
import { indexSeal } from './commit.ts';

/** Most packs that an index segment names. */
const PACKS_PER_SEGMENT = 32;
/** Bytes of directories after which a segment is full: far below what readers accept. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

/** Writes the index segments of a session. */
export class SegmentWriter {
  readonly #place: { readonly sealed: SealedStore; readonly tenant: Tenant };
  readonly #session: string;
  readonly #newId: NewId;
  readonly #pending: IndexedPack[] = [];
  #writing: Promise<void> = Promise.resolve();
  /** Ids of those that are stored. */
  readonly written: string[] = [];
  /** Stored bytes. */
  bytes = 0;

  constructor(
    place: { readonly sealed: SealedStore; readonly tenant: Tenant },
    { session, newId }: { readonly session: string; readonly newId: NewId },
  ) {
    this.#place = place;
    this.#session = session;
    this.#newId = newId;
  }

  /** A pack that no segment names yet. */
  add(pack: IndexedPack): void {
    this.#pending.push(pack);
  }

  /** Whether there are more packs than one segment takes. */
  get isFull(): boolean {
    return segmentSize(this.#pending) < this.#pending.length;
  }

  /** Writes segments of all packs that none names yet. */
  async write(): Promise<void> {
    const written = this.#writing.then(async () => {
      while (this.#pending.length > 0) await this.#write(this.#pending.splice(0, segmentSize(this.#pending)));
    });
    this.#writing = written.catch(() => undefined);
    await written;
  }

  async #write(packs: readonly IndexedPack[]): Promise<void> {
    const { sealed, tenant } = this.#place;
    const id = newSegmentId(this.#newId);
    try {
      const name = segmentName(tenant.label, this.#session, id);
      this.bytes += (await sealed.create(name, indexSeal(tenant), encodeSegment(packs))) ?? 0;
      this.written.push(id);
    } catch (error) {
      this.#pending.unshift(...packs);
      throw error;
    }
  }
}

/** How many of the first of `packs` one segment takes. */
function segmentSize(packs: readonly IndexedPack[]): number {
  let bytes = 0;
  const over = packs.findIndex((pack, i) => {
    bytes += pack.directory.length;
    return i >= PACKS_PER_SEGMENT || (i > 0 && bytes > SEGMENT_BYTES);
  });
  return over < 0 ? packs.length : over;
}
