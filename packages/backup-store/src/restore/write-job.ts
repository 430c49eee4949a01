import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { type FrameSpan, readExtent, type SealedExtent, writeExtent } from '../pack/extent.ts';
import type { OpenObject } from '../envelope/range.ts';
import type { EntryMeta, TempFile, WriteOptions } from '../sink/contract.ts';

/** Writes one blob somewhere. */
export interface BlobWrite {
  /** Number of the file in this restore. */
  readonly file: number;
  /** Number of the tree it goes to. */
  readonly tree: number;
  readonly path: Buffer;
  /** Where the blob begins in its frame. */
  readonly offset: number;
  readonly length: number;
  /** 32 bytes: checked before anything is written. */
  readonly sha256: Uint8Array;
  readonly sparse: boolean;
  /** The directory is made by this restore. */
  readonly fresh?: boolean | undefined;
  /** The blob is the whole file. */
  readonly whole?: (EntryMeta & WriteOptions) | undefined;
  /** The blob is a part of a file that others write to as well. */
  readonly part?: { readonly temp: TempFile; readonly position: number } | undefined;
}

/** A frame and what becomes of its blobs. */
export interface FrameWrites {
  readonly frame: FrameSpan;
  readonly writes: readonly BlobWrite[];
}

/** A job of a restoring thread. */
export interface WriteJob {
  /** Absolute paths of the trees, by their numbers. */
  readonly roots: readonly Uint8Array[];
  readonly extent: SealedExtent;
  readonly frames: readonly FrameWrites[];
}

/** A file that could not be written. */
export interface WriteFailure {
  readonly file: number;
  readonly code: string;
  readonly message: string;
  readonly object: string;
}

const SECOND = 1_000_000_000n;

const putLong = (writer: ByteWriter, value: bigint): void => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, value));
  writer.raw(bytes);
};
const long = (reader: ByteReader): bigint => reader.raw(8).readBigInt64LE();

/** In two numbers: 64 bits of nanoseconds would end in the year 2262, and files may have times beyond. */
const putTime = (writer: ByteWriter, ns: bigint): void => {
  const rest = ((ns % SECOND) + SECOND) % SECOND;
  writer.zigzag(Number((ns - rest) / SECOND)).varint(Number(rest));
};
const time = (reader: ByteReader): bigint => BigInt(reader.zigzag()) * SECOND + BigInt(reader.varint());

/** Bytes that fill their buffer, so that it can be given away. */
export function ownBytes(writer: ByteWriter): Uint8Array {
  const bytes = new Uint8Array(writer.length);
  bytes.set(writer.view());
  return bytes;
}

export function encodeWriteJob(job: {
  readonly object: OpenObject;
  readonly firstBlock: number;
  readonly roots: readonly Uint8Array[];
  readonly frames: readonly FrameWrites[];
}): Uint8Array {
  const { object, firstBlock, roots, frames } = job;
  const writer = new ByteWriter(16 * 1024).varint(roots.length);
  for (const root of roots) writer.bytes(root);
  writeExtent(writer, object, firstBlock);
  writer.varint(frames.length);
  for (const { frame, writes } of frames) {
    writer.varint(frame.offset).varint(frame.stored).varint(frame.raw).u8(frame.codec).varint(writes.length);
    for (const write of writes) putWrite(writer, write);
  }
  return ownBytes(writer);
}

function putWrite(writer: ByteWriter, write: BlobWrite): void {
  const { whole, part } = write;
  writer
    .varint(write.file)
    .varint(write.tree)
    .bytes(write.path)
    .varint(write.offset)
    .varint(write.length)
    .raw(write.sha256);
  writer.u8((write.sparse ? 1 : 0) | (whole === undefined ? 0 : 2) | (write.fresh === true ? 4 : 0));
  if (whole !== undefined) {
    writer.varint(whole.mode).varint(whole.uid).varint(whole.gid);
    putTime(writer, whole.mtimeNs);
  } else if (part !== undefined) {
    writer.text(part.temp.name).varint(part.position);
    putLong(writer, part.temp.dev);
    putLong(writer, part.temp.ino);
  }
}

export function decodeWriteJob(body: Uint8Array, sealed: Uint8Array): WriteJob {
  const reader = new ByteReader(body, 'a job');
  const roots = Array.from({ length: reader.varint() }, () => reader.bytes(1 << 20));
  const extent = readExtent(reader, sealed);
  const frames = Array.from({ length: reader.varint() }, (): FrameWrites => {
    const frame = { offset: reader.varint(), stored: reader.varint(), raw: reader.varint(), codec: reader.u8() };
    return { frame, writes: Array.from({ length: reader.varint() }, () => readWrite(reader)) };
  });
  return { roots, extent, frames };
}

function readWrite(reader: ByteReader): BlobWrite {
  const file = reader.varint();
  const tree = reader.varint();
  const path = reader.bytes(1 << 20);
  const offset = reader.varint();
  const length = reader.varint();
  const sha256 = reader.raw(32);
  const bits = reader.u8();
  const sparse = (bits & 1) !== 0;
  if ((bits & 2) !== 0) {
    const mode = reader.varint();
    const uid = reader.varint();
    const gid = reader.varint();
    const whole = { mode, uid, gid, mtimeNs: time(reader), sparse, fresh: (bits & 4) !== 0 };
    return { file, tree, path, offset, length, sha256, sparse, whole, part: undefined };
  }
  const name = reader.text(1024);
  const position = reader.varint();
  const temp = { name, dev: BigInt.asUintN(64, long(reader)), ino: BigInt.asUintN(64, long(reader)) };
  return { file, tree, path, offset, length, sha256, sparse, whole: undefined, part: { position, temp } };
}

export function encodeFailures(failures: readonly WriteFailure[]): Uint8Array {
  const writer = new ByteWriter(256).varint(failures.length);
  for (const { file, code, message, object } of failures) writer.varint(file).text(code).text(message).text(object);
  return ownBytes(writer);
}

export function decodeFailures(body: Uint8Array): WriteFailure[] {
  const reader = new ByteReader(body, 'an answer');
  return Array.from({ length: reader.varint() }, () => ({
    file: reader.varint(),
    code: reader.text(1 << 10),
    message: reader.text(1 << 20),
    object: reader.text(1 << 10),
  }));
}
