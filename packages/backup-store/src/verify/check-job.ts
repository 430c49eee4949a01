import { createHash, createSecretKey } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';

import { blobId } from '../blob-index/blob-id.ts';
import { free } from '../bytes/free.ts';
import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { CODEC } from '../codec/codec.ts';
import type { OpenObject } from '../envelope/range.ts';
import { ID_BYTES, type BlobType } from '../pack/directory.ts';
import { ExtentMemory, ExtentOpener, type FrameSpan, readExtent, writeExtent } from '../pack/extent.ts';
import type { FromJobThread, ToJobThread } from '../threads/job-pool.ts';
import type { ThreadLife } from '../threads/thread-life.ts';

const KEY_BYTES = 32;

/** A blob to be checked. */
export interface BlobCheck {
  /** Number in the index. */
  readonly number: number;
  readonly type: number;
  /** 16 bytes. */
  readonly id: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

/** A frame to be checked. */
export interface FrameCheck {
  readonly frame: FrameSpan;
  readonly blobs: readonly BlobCheck[];
}

/** Blobs that are not what the index says. */
export interface BadBlobs {
  readonly code: string;
  readonly message: string;
  readonly numbers: readonly number[];
}

/** Frames of a fetched extent, to be checked by a thread. */
export interface CheckJob {
  /** For blob ids. */
  readonly idKey: Uint8Array;
  readonly object: OpenObject;
  readonly firstBlock: number;
  readonly frames: readonly FrameCheck[];
}

export function encodeCheckJob({ idKey, object, firstBlock, frames }: CheckJob): Uint8Array {
  const writer = new ByteWriter(16 * 1024).raw(idKey);
  writeExtent(writer, object, firstBlock);
  writer.varint(frames.length);
  for (const { frame, blobs } of frames) {
    writer.varint(frame.offset).varint(frame.stored).varint(frame.raw).u8(frame.codec).varint(blobs.length);
    for (const blob of blobs)
      writer.varint(blob.number).u8(blob.type).raw(blob.id).varint(blob.offset).varint(blob.length);
  }
  return new Uint8Array(writer.view());
}

/** The main loop of a checking thread: opens extents and recomputes the id of every blob. */
export function startChecking(port: MessagePort, _init: unknown, life: ThreadLife): void {
  const memory = new ExtentMemory();
  const post = (message: FromJobThread, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const take = (message: ToJobThread): void => {
    if (message === 'rest') {
      port.off('message', take);
      life.rest();
      post('rested');
      return;
    }
    if ('notice' in message) return;
    const reader = new ByteReader(message.body, 'a job');
    const idKey = createSecretKey(reader.raw(KEY_BYTES));
    const sealed = message.sealed ?? new Uint8Array(0);
    const opener = new ExtentOpener(readExtent(reader, sealed), memory);
    const bad = new Map<string, { code: string; message: string; numbers: number[] }>();
    for (let frames = reader.varint(); frames > 0; frames--)
      checkFrame(
        reader,
        opener,
        (numbers, error) => {
          const known = bad.get(error.message) ?? { ...error, numbers: [] };
          known.numbers.push(...numbers);
          bad.set(error.message, known);
        },
        idKey,
      );
    free(sealed);
    const body = encodeBad([...bad.values()]);
    post({ id: message.id, body }, [body.buffer as ArrayBuffer]);
  };
  port.on('message', take);
}

function checkFrame(
  reader: ByteReader,
  opener: ExtentOpener,
  report: (numbers: number[], error: { code: string; message: string }) => void,
  idKey: ReturnType<typeof createSecretKey>,
): void {
  const frame = { offset: reader.varint(), stored: reader.varint(), raw: reader.varint(), codec: reader.u8() };
  const blobs = Array.from({ length: reader.varint() }, (): BlobCheck => ({
    number: reader.varint(),
    type: reader.u8(),
    id: reader.raw(ID_BYTES),
    offset: reader.varint(),
    length: reader.varint(),
  }));
  try {
    const raw = opener.open(frame);
    const wrong = blobs.filter(({ type, id, offset, length }) => {
      const sha256 = createHash('sha256')
        .update(raw.subarray(offset, offset + length))
        .digest();
      return !blobId(idKey, type as BlobType, sha256).equals(id);
    });
    if (wrong.length > 0)
      report(
        wrong.map(({ number }) => number),
        { code: 'BLOB_MISMATCH', message: 'Expected other data than what is there' },
      );
    // What is stored as it is stands in the memory of the extent.
    if (frame.codec !== CODEC.raw) free(raw);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    report(
      blobs.map(({ number }) => number),
      { code: code ?? 'OBJECT_DAMAGED', message },
    );
  }
}

function encodeBad(bad: readonly BadBlobs[]): Uint8Array {
  const writer = new ByteWriter(256).varint(bad.length);
  for (const { code, message, numbers } of bad) {
    writer.text(code).text(message).varint(numbers.length);
    for (const number of numbers) writer.varint(number);
  }
  return new Uint8Array(writer.view());
}

export function decodeBad(body: Uint8Array): BadBlobs[] {
  const reader = new ByteReader(body, 'an answer');
  return Array.from({ length: reader.varint() }, () => ({
    code: reader.text(1 << 10),
    message: reader.text(1 << 20),
    numbers: Array.from({ length: reader.varint() }, () => reader.varint()),
  }));
}
