import { hash } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';

import { freeBuffer } from '../bytes/freed.ts';
import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { CODEC } from '../codec/codec.ts';
import { BackupError } from '../errors.ts';
import { ExtentMemory, ExtentOpener } from '../pack/extent.ts';
import type { TempFile, TreeSink } from '../sink/contract.ts';
import type { FromJobThread, ToJobThread } from '../threads/job-pool.ts';
import type { ThreadLife } from '../threads/thread-life.ts';
import { entryFailure } from './entry-failure.ts';
import { TargetSinks } from './target-sinks.ts';
import {
  type BlobWrite,
  decodeWriteJob,
  encodeFailures,
  type FrameWrites,
  ownBytes,
  type WriteFailure,
} from './write-job.ts';

/** The main loop of a restoring thread: opens extents, checks blobs, writes files. */
export function startRestoring(port: MessagePort, _init: unknown, life: ThreadLife): void {
  const sinks = new TargetSinks();
  const memory = new ExtentMemory();
  const post = (message: FromJobThread, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const take = (message: ToJobThread): void => {
    if (message === 'rest') {
      sinks[Symbol.dispose]();
      port.off('message', take);
      life.rest();
      post('rested');
      return;
    }
    if ('notice' in message) {
      const { tree, path, temp } = decodeRelease(message.notice);
      sinks.opened(tree)?.releaseTemp(path, temp);
      return;
    }
    const body = encodeFailures(runJob(message, sinks, memory));
    post({ id: message.id, body }, [body.buffer as ArrayBuffer]);
  };
  port.on('message', take);
}

function runJob(
  message: { readonly body: Uint8Array; readonly sealed?: Uint8Array | undefined },
  sinks: TargetSinks,
  memory: ExtentMemory,
): WriteFailure[] {
  const { roots, extent, frames } = decodeWriteJob(message.body, message.sealed ?? new Uint8Array(0));
  const opener = new ExtentOpener(extent, memory);
  const object = extent.object.name;
  const failures = frames.flatMap((each) =>
    writeFrame(each, opener, { object, sinkOf: (tree) => sinks.open(tree, roots[tree] as Uint8Array) }),
  );
  freeBuffer(extent.sealed);
  return failures;
}

interface FrameTarget {
  /** Names the pack. */
  readonly object: string;
  readonly sinkOf: (tree: number) => TreeSink;
}

function writeFrame({ frame, writes }: FrameWrites, opener: ExtentOpener, to: FrameTarget): WriteFailure[] {
  const { object, sinkOf } = to;
  const fail = ({ file }: BlobWrite, error: unknown): WriteFailure => ({ file, object, ...entryFailure(error) });
  let raw: Uint8Array;
  try {
    raw = opener.open(frame);
  } catch (error) {
    return writes.map((write) => fail(write, error));
  }
  const failures: WriteFailure[] = [];
  const digests = new Digests(raw);
  for (const write of writes) {
    try {
      if (!digests.match(write)) {
        throw new BackupError('BLOB_MISMATCH', `Expected other data in ${object} than what is there`, { object });
      }
      writeBlob(raw.subarray(write.offset, write.offset + write.length), write, sinkOf(write.tree));
    } catch (error) {
      failures.push(fail(write, error));
    }
  }
  if (frame.codec !== CODEC.raw) freeBuffer(raw);
  return failures;
}

/** Digests of blobs of a frame: the same blob may become many files, and is hashed once. */
class Digests {
  readonly #raw: Uint8Array;
  readonly #known = new Map<number, { readonly length: number; readonly digest: string }>();

  constructor(raw: Uint8Array) {
    this.#raw = raw;
  }

  match({ offset, length, sha256 }: BlobWrite): boolean {
    let blob = this.#known.get(offset);
    if (blob?.length !== length) {
      blob = { length, digest: hash('sha256', this.#raw.subarray(offset, offset + length), 'binary') };
      this.#known.set(offset, blob);
    }
    return Buffer.from(blob.digest, 'latin1').equals(sha256);
  }
}

function writeBlob(bytes: Uint8Array, write: BlobWrite, sink: TreeSink): void {
  const { path, sparse, whole, part } = write;
  if (whole !== undefined) sink.writeFile(path, [bytes], whole);
  else if (part !== undefined) sink.writeAt(path, part.temp, { position: part.position, bytes, sparse });
}

/** Tells threads to let go of a file that is finished. */
export function encodeRelease(tree: number, path: Uint8Array, temp: TempFile): Uint8Array {
  const numbers = Buffer.alloc(16);
  numbers.writeBigUInt64LE(BigInt.asUintN(64, temp.dev));
  numbers.writeBigUInt64LE(BigInt.asUintN(64, temp.ino), 8);
  return ownBytes(new ByteWriter(256).varint(tree).bytes(path).text(temp.name).raw(numbers));
}

function decodeRelease(notice: Uint8Array): { tree: number; path: Buffer; temp: TempFile } {
  const reader = new ByteReader(notice, 'a notice');
  const tree = reader.varint();
  const path = reader.bytes(1 << 20);
  const name = reader.text(1024);
  const numbers = reader.raw(16);
  return { tree, path, temp: { name, dev: numbers.readBigUInt64LE(), ino: numbers.readBigUInt64LE(8) } };
}
