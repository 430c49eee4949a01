import { ByteReader } from '../bytes/reader.ts';
import { BLOB, type DirectoryVisitor, ID_BYTES, visitDirectory } from '../pack/directory.ts';
import { Column } from './column.ts';
import { type IndexedPack, type PackInfo, visitSegment } from './segment.ts';

/** Where a frame is. */
export interface FramePlace {
  readonly pack: PackInfo;
  /** Number of the frame in this index: equal for blobs of one frame. */
  readonly number: number;
  /** Where it begins in the pack's content. */
  readonly offset: number;
  readonly stored: number;
  readonly raw: number;
  readonly codec: number;
}

/** Where a blob is. */
export interface BlobPlace {
  readonly frame: FramePlace;
  /** Where it begins in the unpacked frame. */
  readonly offset: number;
  readonly length: number;
  readonly type: number;
}

/**
 * Blob id → place, for all packs of the segments that were added. Columns of numbers instead of objects keep a
 * million blobs below 60 MB.
 */
export class BlobIndex {
  readonly #packs: PackInfo[] = [];
  readonly #framePack = new Column(Uint32Array);
  readonly #frameOffset = new Column(Uint32Array);
  readonly #frameStored = new Column(Uint32Array);
  readonly #frameRaw = new Column(Uint32Array);
  readonly #frameCodec = new Column(Uint8Array);
  readonly #ids = new Column(Uint8Array);
  readonly #blobFrame = new Column(Uint32Array);
  readonly #blobOffset = new Column(Uint32Array);
  readonly #blobLength = new Column(Uint32Array);
  readonly #blobType = new Column(Uint8Array);
  #slots = new Uint32Array(1 << 8);
  #distinct = 0;
  readonly #lost = new Set<PackInfo>();
  #leaving: ReadonlySet<PackInfo> = new Set();

  readonly #visitor: DirectoryVisitor & { pack(info: PackInfo): void } = {
    pack: (info) => this.#packs.push(info),
    frame: (offset, stored, raw, codec) => {
      this.#framePack.push(this.#packs.length - 1);
      this.#frameOffset.push(offset);
      this.#frameStored.push(stored);
      this.#frameRaw.push(raw);
      this.#frameCodec.push(codec);
    },
    blob: (type, id, offset, length) => {
      this.#ids.pushAll(id);
      this.#blobFrame.push(this.#framePack.length - 1);
      this.#blobOffset.push(offset);
      this.#blobLength.push(length);
      this.#blobType.push(type);
      this.#insert(this.#blobFrame.length - 1);
    },
  };

  /** Packs, in the order they were added. */
  get packs(): readonly PackInfo[] {
    return this.#packs;
  }

  /** Blobs; one that is stored twice counts twice. */
  get blobs(): number {
    return this.#blobFrame.length;
  }

  /** Different blob ids. */
  get distinct(): number {
    return this.#distinct;
  }

  get frames(): number {
    return this.#framePack.length;
  }

  addSegment(content: Uint8Array, object: string): void {
    visitSegment(content, object, this.#visitor);
  }

  addPack(pack: IndexedPack, object: string): void {
    this.#visitor.pack(pack);
    const reader = new ByteReader(pack.directory, object);
    visitDirectory(reader, this.#visitor);
    reader.end();
  }

  #hash(ids: Uint8Array, at: number): number {
    return (
      ((ids[at] as number) |
        ((ids[at + 1] as number) << 8) |
        ((ids[at + 2] as number) << 16) |
        ((ids[at + 3] as number) << 24)) >>>
      0
    );
  }

  #insert(blob: number): void {
    if ((this.#distinct + 1) * 10 > this.#slots.length * 6) this.#grow();
    const ids = this.#ids.data;
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(ids, blob * ID_BYTES) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.#slots[slot] as number;
      if (taken === 0) {
        this.#slots[slot] = blob + 1;
        this.#distinct++;
        return;
      }
      if (!sameId(ids, (taken - 1) * ID_BYTES, ids, blob * ID_BYTES)) continue;
      // A copy that is there and stays counts before one that is to go, and that before one that is lost.
      if (this.#rank(blob) < this.#rank(taken - 1)) this.#slots[slot] = blob + 1;
      return;
    }
  }

  #rank(blob: number): number {
    if (this.#lost.size + this.#leaving.size === 0) return 0;
    const pack = this.packOf(blob);
    return this.#lost.has(pack) ? 2 : this.#leaving.has(pack) ? 1 : 0;
  }

  /** These packs are gone or damaged: copies in other packs are found before theirs, also those that are added later. */
  markLost(packs: Iterable<PackInfo>): void {
    const before = this.#lost.size;
    for (const pack of packs) this.#lost.add(pack);
    if (this.#lost.size > before) this.#order();
  }

  /** These packs may go soon: copies in packs that stay are found before theirs. */
  markLeaving(packs: ReadonlySet<PackInfo>): void {
    this.#leaving = packs;
    this.#order();
  }

  #order(): void {
    this.#slots = new Uint32Array(this.#slots.length);
    this.#distinct = 0;
    for (let blob = 0; blob < this.blobs; blob++) this.#insert(blob);
  }

  /** Packs that are gone or damaged. */
  get lost(): ReadonlySet<PackInfo> {
    return this.#lost;
  }

  /** Whether blob `number` is in a pack that is gone or damaged. */
  isLost(number: number): boolean {
    return this.#lost.size > 0 && this.#lost.has(this.packOf(number));
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Uint32Array(old.length * 2);
    const mask = slots.length - 1;
    for (const taken of old) {
      if (taken === 0) continue;
      let slot = this.#hash(this.#ids.data, (taken - 1) * ID_BYTES) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = taken;
    }
    this.#slots = slots;
  }

  /** The number of the first blob with this id (in a pack that is not lost, if there is one), or -1. */
  find(id: Uint8Array): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(id, 0) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.#slots[slot] as number;
      if (taken === 0) return -1;
      if (sameId(this.#ids.data, (taken - 1) * ID_BYTES, id, 0)) return taken - 1;
    }
  }

  /** The id of blob `number`: a view. */
  id(number: number): Uint8Array {
    return this.#ids.data.subarray(number * ID_BYTES, (number + 1) * ID_BYTES);
  }

  /** Bytes of all distinct blobs of content, before compression. */
  dataBytes(): number {
    let sum = 0;
    for (const taken of this.#slots) {
      if (taken !== 0 && this.#blobType.at(taken - 1) === BLOB.data) sum += this.#blobLength.at(taken - 1);
    }
    return sum;
  }

  frame(number: number): FramePlace {
    return {
      pack: this.#packs[this.#framePack.at(number)] as PackInfo,
      number,
      offset: this.#frameOffset.at(number),
      stored: this.#frameStored.at(number),
      raw: this.#frameRaw.at(number),
      codec: this.#frameCodec.at(number),
    };
  }

  /** Number of the frame that holds blob `number`. */
  frameOf(number: number): number {
    return this.#blobFrame.at(number);
  }

  /** Bytes of blob `number`. */
  lengthOf(number: number): number {
    return this.#blobLength.at(number);
  }

  /** The pack that holds blob `number`. */
  packOf(number: number): PackInfo {
    return this.#packs[this.#framePack.at(this.#blobFrame.at(number))] as PackInfo;
  }

  place(number: number): BlobPlace {
    return {
      frame: this.frame(this.#blobFrame.at(number)),
      offset: this.#blobOffset.at(number),
      length: this.#blobLength.at(number),
      type: this.#blobType.at(number),
    };
  }
}

function sameId(a: Uint8Array, at: number, b: Uint8Array, bt: number): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (a[at + i] !== b[bt + i]) return false;
  return true;
}
