import type { FramePlace } from '../blob-index/blob-index.ts';
import type { PackInfo } from '../blob-index/segment.ts';
import type { ByteReader } from '../bytes/reader.ts';
import type { ByteWriter } from '../bytes/writer.ts';
import { decodeFrame } from '../codec/codec.ts';
import { BLOCK_BYTES, SEALED_BLOCK_BYTES } from '../envelope/blocks.ts';
import { HEADER_BYTES } from '../envelope/header.ts';
import { openBlocks, type OpenObject, type SealedRange, sealedRange } from '../envelope/range.ts';

/** Stored bytes that are fetched at once, about. */
const EXTENT_BYTES = 2 * 1024 * 1024;
/** Frames closer than this are fetched together with what is between them. */
const GAP_BYTES = 128 * 1024;

/** Neighbouring frames of a pack that are fetched with one request. */
export interface Extent {
  /** In order of their offset. All of one pack. */
  readonly frames: readonly FramePlace[];
  readonly range: SealedRange;
}

/** Groups frames (of any packs, in any order) into extents. */
export function planExtents(frames: readonly FramePlace[]): Extent[] {
  const ordered = frames.toSorted((a, b) => (a.pack === b.pack ? a.offset - b.offset : comparePacks(a.pack, b.pack)));
  const extents: Extent[] = [];
  let open: FramePlace[] = [];
  const close = (): void => {
    const [first] = open;
    const last = open.at(-1);
    if (first === undefined || last === undefined) return;
    extents.push({ frames: open, range: sealedRange(first.pack.size, first.offset, last.offset + last.stored) });
    open = [];
  };
  for (const frame of ordered) {
    const first = open[0];
    const last = open.at(-1);
    const joins =
      first !== undefined &&
      last !== undefined &&
      last.pack === frame.pack &&
      frame.offset - (last.offset + last.stored) <= GAP_BYTES;
    if (!joins || frame.offset + frame.stored - first.offset > EXTENT_BYTES) close();
    open.push(frame);
  }
  close();
  return extents;
}

/** Of hexadecimal names, so no language's order has to be loaded. */
function comparePacks(a: PackInfo, b: PackInfo): number {
  if (a.session !== b.session) return a.session < b.session ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** A frame as a thread needs to know it. */
export interface FrameSpan {
  readonly offset: number;
  readonly stored: number;
  readonly raw: number;
  readonly codec: number;
}

/** A fetched extent, to be opened by a thread. */
export interface SealedExtent {
  readonly object: OpenObject;
  readonly firstBlock: number;
  readonly sealed: Uint8Array;
}

/** Writes the part of an extent that goes beside its sealed bytes. */
export function writeExtent(writer: ByteWriter, object: OpenObject, firstBlock: number): void {
  writer.bytes(object.key).varint(object.size).text(object.name).varint(firstBlock);
}

export function readExtent(reader: ByteReader, sealed: Uint8Array): SealedExtent {
  const key = reader.bytes(64);
  const size = reader.varint();
  const name = reader.text(1024);
  return { object: { key, size, name }, firstBlock: reader.varint(), sealed };
}

/** Memory for opened extents, kept from one to the next: a thread opens one at a time. */
export class ExtentMemory {
  #buffer = Buffer.alloc(0);

  atLeast(bytes: number): Buffer {
    if (this.#buffer.length < bytes)
      this.#buffer = Buffer.allocUnsafe(Math.max(bytes, EXTENT_BYTES + 4 * SEALED_BLOCK_BYTES));
    return this.#buffer;
  }
}

/** Opens frames of an extent. A damaged block costs only the frames it holds parts of. */
export class ExtentOpener {
  readonly #extent: SealedExtent;
  #content: Buffer | undefined;

  constructor(extent: SealedExtent, memory: ExtentMemory = new ExtentMemory()) {
    this.#extent = extent;
    try {
      this.#content = openBlocks(extent.object, extent.firstBlock, extent.sealed, memory.atLeast(extent.sealed.length));
    } catch {
      // Each frame is tried alone.
      this.#content = undefined;
    }
  }

  /** @throws {BackupError} `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`, `OBJECT_INVALID`. */
  open(frame: FrameSpan): Uint8Array {
    const { object, firstBlock, sealed } = this.#extent;
    if (this.#content !== undefined) {
      const start = frame.offset - firstBlock * BLOCK_BYTES;
      return decodeFrame(frame, this.#content.subarray(start, start + frame.stored), object.name);
    }
    const range = sealedRange(object.size, frame.offset, frame.offset + frame.stored);
    const from = HEADER_BYTES + firstBlock * SEALED_BLOCK_BYTES;
    const content = openBlocks(object, range.firstBlock, sealed.subarray(range.start - from, range.end - from));
    const start = frame.offset - range.firstBlock * BLOCK_BYTES;
    return decodeFrame(frame, content.subarray(start, start + frame.stored), object.name);
  }
}
