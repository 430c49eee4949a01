import { hash } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';

import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { freeBuffer } from '../bytes/freed.ts';
import { CODEC } from '../codec/codec.ts';
import { BackupError } from '../errors.ts';
import { ExtentMemory, ExtentOpener } from '../pack/extent.ts';
import type { TempFile, TreeSink } from '../sink/contract.ts';
import { openTreeSink } from '../sink/tree-sink.ts';
import type { ToJobThread } from '../threads/job-pool.ts';
import { entryFailure } from './entry-failure.ts';
import { type BlobWrite, decodeWriteJob, encodeFailures, ownBytes, type WriteFailure } from './write-job.ts';

/** What a restoring thread starts with. */
export interface RestoreInit {
  /** Absolute paths of the trees that are written to. */
  readonly trees: readonly Uint8Array[];
}

/** The main loop of a restoring thread: opens extents, checks blobs, writes files. */
export function startRestoring(port: MessagePort, init: RestoreInit): void {
  const sinks = new Map<number, TreeSink>();
  const sinkOf = (tree: number): TreeSink => {
    let sink = sinks.get(tree);
    if (sink === undefined) {
      sink = openTreeSink(init.trees[tree] as Uint8Array);
      sinks.set(tree, sink);
    }
    return sink;
  };
  const memory = new ExtentMemory();
  port.on('message', (message: ToJobThread) => {
    if ('notice' in message) {
      const { tree, path, temp } = decodeRelease(message.notice);
      sinks.get(tree)?.releaseTemp(path, temp);
      return;
    }
    const body = encodeFailures(runJob(message, { memory, sinkOf }));
    port.postMessage({ id: message.id, body }, [body.buffer as ArrayBuffer]);
  });
}

interface JobParts {
  readonly memory: ExtentMemory;
  readonly sinkOf: (tree: number) => TreeSink;
}

function runJob(
  message: { body: Uint8Array; sealed?: Uint8Array | undefined },
  { memory, sinkOf }: JobParts,
): WriteFailure[] {
  const job = decodeWriteJob(message.body, message.sealed ?? new Uint8Array(0));
  const opener = new ExtentOpener(job.extent, memory);
  const object = job.extent.object.name;
  const failures: WriteFailure[] = [];
  for (const { frame, writes } of job.frames) {
    let raw: Uint8Array | undefined;
    let failure: unknown;
    try {
      raw = opener.open(frame);
    } catch (error) {
      failure = error;
    }
    for (const write of writes) {
      try {
        if (raw === undefined) throw failure;
        writeBlob(raw, write, { sink: sinkOf(write.tree), object });
      } catch (error) {
        failures.push({ file: write.file, object, ...entryFailure(error) });
      }
    }
    if (raw !== undefined && frame.codec !== CODEC.raw) freeBuffer(raw);
  }
  freeBuffer(job.extent.sealed);
  return failures;
}

function writeBlob(raw: Uint8Array, write: BlobWrite, to: { sink: TreeSink; object: string }): void {
  const bytes = raw.subarray(write.offset, write.offset + write.length);
  if (!hash('sha256', bytes, 'buffer').equals(write.sha256)) {
    throw new BackupError('BLOB_MISMATCH', `Expected other data in ${to.object} than what is there`, {
      object: to.object,
    });
  }
  if (write.whole !== undefined) to.sink.writeFile(write.path, [bytes], { ...write.whole, sparse: write.sparse });
  else if (write.part !== undefined)
    to.sink.writeAt(write.path, write.part.temp, { position: write.part.position, bytes, sparse: write.sparse });
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
