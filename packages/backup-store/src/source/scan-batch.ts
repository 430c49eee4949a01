import type { EntryKind } from '../catalog/entry.ts';
import type { ScanFailure, ScannedEntry } from './scanned-entry.ts';
import type { ScanItem } from './walk.ts';

/*
 * A run of scan items in one flat ArrayBuffer, for threads of one process (native byte order, never stored).
 * A record starts at a multiple of 8:
 *   0  u32 kind, index into KINDS | SPARSE | HAS_LINK       of a failure: FAILURE
 *   4  u32 bytes of the path
 *   8  u32 bytes of the link's target                       bytes of the code
 *  12  u32 mode                                             bytes of the message
 *  16  u32 uid    20  u32 gid    24  u32 nlink    28  unused
 *  32  f64 size   40  u64 mtime ns   48  u64 ctime ns   56  u64 inode   64  u64 device
 *  72  i64 mtime  80  i64 ctime: what does not fit in 64 bits (2^63 ns end in the year 2262)
 *  88  path, target (of a failure: path, code, message), zeros up to a multiple of 8
 */

const HEADER_BYTES = 88;
const KINDS: readonly EntryKind[] = ['directory', 'file', 'symlink', 'socket', 'fifo', 'block-device', 'char-device'];
const KIND_MASK = 0x0f;
const FAILURE = 0x0f;
const SPARSE = 0x10;
const HAS_LINK = 0x20;

/** Collects scan items into ArrayBuffers that can be transferred to another thread. */
export class ScanBatchWriter {
  #bytes = new ArrayBuffer(0);
  #view = new BatchView(this.#bytes);
  #used = 0;
  #count = 0;

  /** `capacity`: bytes to start with; the buffer grows as needed. Default 256 KiB. */
  constructor(capacity: number = 256 * 1024) {
    this.#resize(capacity);
  }

  /** Bytes collected since the last {@link take}. */
  get size(): number {
    return this.#used;
  }

  /** Items collected since the last {@link take}. */
  get count(): number {
    return this.#count;
  }

  /** Appends one item. */
  add(item: ScanItem): void {
    if ('entry' in item) this.#addEntry(item.entry);
    else this.#addFailure(item.failure);
    this.#count++;
  }

  /** The batch so far, to be transferred; the writer starts anew. */
  take(): ArrayBuffer {
    const batch = this.#bytes.slice(0, this.#used);
    this.#used = 0;
    this.#count = 0;
    return batch;
  }

  #addEntry(entry: ScannedEntry): void {
    const { path, linkTarget } = entry;
    const at = this.#begin(path.length + (linkTarget?.length ?? 0));
    const { words, floats, longs, bytes } = this.#view;
    const word = at >> 2;
    words[word] = KINDS.indexOf(entry.kind) | (entry.sparse ? SPARSE : 0) | (linkTarget === undefined ? 0 : HAS_LINK);
    words[word + 1] = path.length;
    words[word + 2] = linkTarget?.length ?? 0;
    words[word + 3] = entry.mode;
    words[word + 4] = entry.uid;
    words[word + 5] = entry.gid;
    words[word + 6] = entry.nlink;
    const long = at >> 3;
    floats[long + 4] = entry.size;
    longs[long + 5] = entry.mtimeNs;
    longs[long + 6] = entry.ctimeNs;
    longs[long + 7] = entry.ino;
    longs[long + 8] = entry.dev;
    longs[long + 9] = entry.mtimeNs >> 64n;
    longs[long + 10] = entry.ctimeNs >> 64n;
    bytes.set(path, at + HEADER_BYTES);
    if (linkTarget !== undefined) bytes.set(linkTarget, at + HEADER_BYTES + path.length);
  }

  #addFailure(failure: ScanFailure): void {
    const { path } = failure;
    const code = Buffer.from(failure.code);
    const message = Buffer.from(failure.message);
    const at = this.#begin(path.length + code.length + message.length);
    const { words, bytes } = this.#view;
    words[at >> 2] = FAILURE;
    words[(at >> 2) + 1] = path.length;
    words[(at >> 2) + 2] = code.length;
    words[(at >> 2) + 3] = message.length;
    bytes.set(path, at + HEADER_BYTES);
    bytes.set(code, at + HEADER_BYTES + path.length);
    bytes.set(message, at + HEADER_BYTES + path.length + code.length);
  }

  /** Makes room for a record and returns where it starts. */
  #begin(variableBytes: number): number {
    const at = this.#used;
    this.#used = nextRecord(at, variableBytes);
    if (this.#used > this.#bytes.byteLength) this.#resize(this.#used * 2);
    return at;
  }

  #resize(capacity: number): void {
    const bytes = new ArrayBuffer((capacity + 7) & ~7);
    const view = new BatchView(bytes);
    view.bytes.set(this.#view.bytes);
    this.#bytes = bytes;
    this.#view = view;
  }
}

/**
 * Reads a batch made by {@link ScanBatchWriter}.
 *
 * `path` and `linkTarget` are views of the batch: copy what is kept for long.
 */
export function* readScanBatch(batch: ArrayBuffer): Generator<ScanItem, void, undefined> {
  const view = new BatchView(batch);
  const { words } = view;
  for (let at = 0; at < batch.byteLength;) {
    const word = at >> 2;
    const failed = ((words[word] as number) & KIND_MASK) === FAILURE;
    const lengths = (words[word + 1] as number) + (words[word + 2] as number);
    yield failed ? { failure: readFailure(view, at) } : { entry: readEntry(view, at) };
    at = nextRecord(at, failed ? lengths + (words[word + 3] as number) : lengths);
  }
}

/** One buffer seen in four ways. */
class BatchView {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly floats: Float64Array;
  /** Inodes and devices above 2^63 come back as {@link BigInt.asUintN} of these. */
  readonly longs: BigInt64Array;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.longs = new BigInt64Array(buffer);
  }
}

function nextRecord(at: number, variableBytes: number): number {
  return at + ((HEADER_BYTES + variableBytes + 7) & ~7);
}

function readEntry(view: BatchView, at: number): ScannedEntry {
  const { buffer, words, floats, longs } = view;
  const word = at >> 2;
  const long = at >> 3;
  const flags = words[word] as number;
  const pathBytes = words[word + 1] as number;
  const start = at + HEADER_BYTES;
  return {
    path: Buffer.from(buffer, start, pathBytes),
    kind: KINDS[flags & KIND_MASK] as EntryKind,
    mode: words[word + 3] as number,
    uid: words[word + 4] as number,
    gid: words[word + 5] as number,
    size: floats[long + 4] as number,
    mtimeNs: timeOf(longs, long + 5, long + 9),
    ctimeNs: timeOf(longs, long + 6, long + 10),
    ino: BigInt.asUintN(64, longs[long + 7] as bigint),
    dev: BigInt.asUintN(64, longs[long + 8] as bigint),
    nlink: words[word + 6] as number,
    sparse: (flags & SPARSE) !== 0,
    linkTarget:
      (flags & HAS_LINK) === 0 ? undefined : Buffer.from(buffer, start + pathBytes, words[word + 2] as number),
  };
}

function timeOf(longs: BigInt64Array, low: number, high: number): bigint {
  const first = longs[low] as bigint;
  // So it is in most files, and it saves making two numbers.
  if (longs[high] === 0n && first >= 0n) return first;
  return BigInt.asUintN(64, longs[low] as bigint) | ((longs[high] as bigint) << 64n);
}

function readFailure(view: BatchView, at: number): ScanFailure {
  const word = at >> 2;
  const pathEnd = at + HEADER_BYTES + (view.words[word + 1] as number);
  const codeEnd = pathEnd + (view.words[word + 2] as number);
  return {
    path: Buffer.from(view.buffer, at + HEADER_BYTES, pathEnd - at - HEADER_BYTES),
    code: Buffer.from(view.buffer, pathEnd, codeEnd - pathEnd).toString(),
    message: Buffer.from(view.buffer, codeEnd, view.words[word + 3] as number).toString(),
  };
}
