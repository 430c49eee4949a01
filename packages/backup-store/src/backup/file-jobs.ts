import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import type { BlobRef } from '../catalog/entry.ts';

/** Pieces of a file that were cut already. */
export interface FilePieces {
  readonly offset: number;
  readonly lengths: readonly number[];
}

/** A file to be read by a sealing thread. */
export interface FileJob {
  /** Absolute, raw bytes. */
  readonly path: Buffer;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** The thread reads these only. */
  readonly pieces?: FilePieces | undefined;
}

/** A job as the sealing thread gets it. */
export interface FileTask {
  readonly path: Buffer;
  readonly size: number;
  /** Nanoseconds as a double, which is exact to a quarter of a microsecond: enough to see a change, and much cheaper. */
  readonly mtime: number;
  readonly ctime: number;
  readonly pieces?: FilePieces | undefined;
}

/** What became of a file. */
export type FileOutcome = FileRead | FileFailed;

/** A file (or its pieces) that was read. */
export interface FileRead {
  readonly ok: true;
  readonly content: readonly BlobRef[];
  /** Bytes that were not stored before. */
  readonly bytesNew: number;
  /** It changed while it was read, twice. */
  readonly torn: boolean;
  /** What it was when it was read, if not what the scan saw. */
  readonly now?: FileState | undefined;
}

/** Size and times of a file. */
export interface FileState {
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly mode: number;
}

/** A file that could not be read. */
export interface FileFailed {
  readonly ok: false;
  /** The system's code. */
  readonly code: string;
  readonly message: string;
}

/** In 16 bytes: 8 would end in the year 2262, and files may have times beyond. */
const ns = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  bytes.writeBigInt64LE(value >> 64n, 8);
  return bytes;
};
const readNs = (reader: ByteReader): bigint => {
  const bytes = reader.raw(16);
  return bytes.readBigUInt64LE() | (bytes.readBigInt64LE(8) << 64n);
};

/** A buffer of its own, to be given to another thread. */
function transferable(writer: ByteWriter): ArrayBuffer {
  const bytes = new Uint8Array(new ArrayBuffer(writer.length));
  bytes.set(writer.view());
  return bytes.buffer;
}

export function encodeJobs(jobs: readonly FileJob[]): ArrayBuffer {
  const writer = new ByteWriter(16 * 1024).varint(jobs.length);
  for (const job of jobs) {
    writer.bytes(job.path).varint(job.size).f64(Number(job.mtimeNs)).f64(Number(job.ctimeNs));
    writer.varint(job.pieces?.lengths.length ?? 0);
    if (job.pieces === undefined) continue;
    writer.varint(job.pieces.offset);
    for (const length of job.pieces.lengths) writer.varint(length);
  }
  return transferable(writer);
}

export function decodeJobs(bytes: ArrayBuffer): FileTask[] {
  const reader = new ByteReader(new Uint8Array(bytes), 'a job');
  return Array.from({ length: reader.varint() }, (): FileTask => {
    const path = reader.bytes(1 << 20);
    const size = reader.varint();
    const mtime = reader.f64();
    const ctime = reader.f64();
    const count = reader.varint();
    if (count === 0) return { path, size, mtime, ctime, pieces: undefined };
    const offset = reader.varint();
    const lengths = Array.from({ length: count }, () => reader.varint());
    return { path, size, mtime, ctime, pieces: { offset, lengths } };
  });
}

export function encodeOutcomes(outcomes: readonly FileOutcome[]): ArrayBuffer {
  const writer = new ByteWriter(32 * 1024).varint(outcomes.length);
  for (const outcome of outcomes) {
    if (!outcome.ok) {
      writer.u8(0).text(outcome.code).text(outcome.message);
      continue;
    }
    writer.u8(1 | (outcome.torn ? 2 : 0) | (outcome.now === undefined ? 0 : 4)).varint(outcome.bytesNew);
    const { now } = outcome;
    if (now !== undefined) writer.varint(now.size).raw(ns(now.mtimeNs)).raw(ns(now.ctimeNs)).varint(now.mode);
    writer.varint(outcome.content.length);
    for (const blob of outcome.content) writer.varint(blob.length).raw(blob.sha256);
  }
  return transferable(writer);
}

/** Digests are views of `bytes`. */
export function decodeOutcomes(bytes: ArrayBuffer): FileOutcome[] {
  const reader = new ByteReader(new Uint8Array(bytes), 'the outcome of a job');
  return Array.from({ length: reader.varint() }, (): FileOutcome => {
    const bits = reader.u8();
    if (bits === 0) return { ok: false, code: reader.text(1 << 10), message: reader.text(1 << 20) };
    const bytesNew = reader.varint();
    const now =
      (bits & 4) === 0
        ? undefined
        : { size: reader.varint(), mtimeNs: readNs(reader), ctimeNs: readNs(reader), mode: reader.varint() };
    const content = Array.from({ length: reader.varint() }, () => ({
      length: reader.varint(),
      sha256: reader.raw(32),
    }));
    return { ok: true, content, bytesNew, torn: (bits & 2) !== 0, now };
  });
}
