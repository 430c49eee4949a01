import { ByteReader } from '../bytes/reader.ts';
import { BLOB, type DirectoryVisitor, ID_BYTES, visitDirectory } from '../pack/directory.ts';
import { Column } from './column.ts';
import { IdColumn } from './id-column.ts';
import { type IndexedPack, type PackInfo, visitSegment } from './segment.ts';

/** Numbers of 32 bits in an id. */
const WORDS: number = ID_BYTES / 4;

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
 * million blobs below 40 MB.
 */
export class BlobIndex {
  readonly #packs: PackInfo[] = [];
  /** Number of the first frame of each pack. */
  readonly #firstFrame = new Column(Uint32Array);
  readonly #frameOffset = new Column(Uint32Array);
  readonly #frameStored = new Column(Uint32Array);
  readonly #frameRaw = new Column(Uint32Array);
  readonly #frameCodec = new Column(Uint8Array);
  readonly #ids = new IdColumn();
  readonly #blobFrame = new Column(Uint32Array);
  readonly #blobOffset = new Column(Uint32Array);
  readonly #blobLength = new Column(Uint32Array);
  readonly #blobType = new Column(Uint8Array);
  #slots = new Uint32Array(1 << 5);
  #distinct = 0;
  /** The id that is looked for, as the bytes of ids are compared. */
  readonly #wanted = new Uint32Array(WORDS);
  readonly #wantedBytes = new Uint8Array(this.#wanted.buffer);
  /** Bytes of the blobs so far of the frame that is being added. */
  #within = 0;
  readonly #lost = new Set<PackInfo>();
  #leaving: ReadonlySet<PackInfo> = new Set();

  readonly #visitor: DirectoryVisitor & { pack(info: PackInfo): void } = {
    pack: (info) => {
      this.#packs.push(info);
      this.#firstFrame.push(this.frames);
    },
    frame: (offset, stored, raw, codec) => {
      this.#frameOffset.push(offset);
      this.#frameStored.push(stored);
      this.#frameRaw.push(raw);
      this.#frameCodec.push(codec);
      this.#within = 0;
    },
    blob: (type, bytes, at, length) => {
      this.#ids.push(bytes, at);
      this.#blobFrame.push(this.frames - 1);
      this.#blobOffset.push(this.#within);
      this.#within += length;
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
    return this.#frameOffset.length;
  }

  addSegment(content: Uint8Array, object: string): void {
    visitSegment(content, object, this.#visitor);
  }

  addPack(pack: IndexedPack, object: string): void {
    const { directory, ...info } = pack;
    this.#visitor.pack(info);
    const reader = new ByteReader(directory, object);
    visitDirectory(reader, this.#visitor);
    reader.end();
  }

  #insert(blob: number): void {
    if ((this.#distinct + 1) * 10 > this.#slots.length * 6) this.#grow();
    const mask = this.#slots.length - 1;
    for (let slot = this.#ids.hash(blob) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.#slots[slot] as number;
      if (taken === 0) {
        this.#slots[slot] = blob + 1;
        this.#distinct++;
        return;
      }
      if (!this.#ids.same(taken - 1, blob)) continue;
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
      let slot = this.#ids.hash(taken - 1) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = taken;
    }
    this.#slots = slots;
  }

  /** The number of the first blob with this id (in a pack that is not lost, if there is one), or -1. */
  find(id: Uint8Array): number {
    for (let i = 0; i < ID_BYTES; i++) this.#wantedBytes[i] = id[i] as number;
    const mask = this.#slots.length - 1;
    for (let slot = (this.#wanted[0] as number) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.#slots[slot] as number;
      if (taken === 0) return -1;
      if (this.#ids.isAt(taken - 1, this.#wanted)) return taken - 1;
    }
  }

  /** The id of blob `number`: a view. */
  id(number: number): Uint8Array {
    return this.#ids.at(number);
  }

  /**
   * Ids of all blobs but those in packs that are lost or in `except`: 16 bytes each, some at a time. Views; not to be written to.
   */
  *storedIds(except: ReadonlySet<PackInfo> = new Set()): Generator<Int32Array, void, undefined> {
    let number = 0;
    for (const ids of this.#ids.pieces()) {
      const first = number;
      number += ids.length / WORDS;
      if (this.#lost.size + except.size === 0) yield ids;
      else yield this.#without(ids, first, except);
    }
  }

  #without(ids: Int32Array, first: number, except: ReadonlySet<PackInfo>): Int32Array {
    const kept = new Int32Array(ids.length);
    let length = 0;
    for (let at = 0; at < ids.length; at += WORDS) {
      const pack = this.packOf(first + at / WORDS);
      if (this.#lost.has(pack) || except.has(pack)) continue;
      for (let i = 0; i < WORDS; i++) kept[length + i] = ids[at + i] as number;
      length += WORDS;
    }
    return kept.subarray(0, length);
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
      pack: this.#packOfFrame(number),
      number,
      offset: this.#frameOffset.at(number),
      stored: this.#frameStored.at(number),
      raw: this.#frameRaw.at(number),
      codec: this.#frameCodec.at(number),
    };
  }

  /** The last pack that begins at this frame or before it. (A pack without frames begins where the next one does.) */
  #packOfFrame(number: number): PackInfo {
    let low = 0;
    let high = this.#packs.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#firstFrame.at(middle) <= number) low = middle;
      else high = middle;
    }
    return this.#packs[low] as PackInfo;
  }

  /** Number of the frame that holds blob `number`. */
  frameOf(number: number): number {
    return this.#blobFrame.at(number);
  }

  /** Bytes of blob `number`. */
  lengthOf(number: number): number {
    return this.#blobLength.at(number);
  }

  /** Where blob `number` begins in its unpacked frame. */
  offsetOf(number: number): number {
    return this.#blobOffset.at(number);
  }

  /** The pack that holds blob `number`. */
  packOf(number: number): PackInfo {
    return this.#packOfFrame(this.#blobFrame.at(number));
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
