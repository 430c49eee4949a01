import { createSecretKey } from 'node:crypto';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

import { FingerprintTable } from '../blob-index/fingerprint-table.ts';
import { createCutter } from '../chunker/cut.ts';
import { gearTable } from '../chunker/gear.ts';
import { FrameEncoder } from '../codec/frame-encoder.ts';
import type { ContentKind } from '../content/kind.ts';
import { monotonic } from '../run/clock.ts';
import { Credits } from '../threads/credits.ts';
import type { ThreadLife } from '../threads/thread-life.ts';
import { decodeJobs, encodeOutcomes, type FileRead } from './file-jobs.ts';
import { FileSealer } from './file-sealer.ts';
import { FrameBuilder } from './frame-builder.ts';
import { PackSet, type PackSink } from './pack-set.ts';
import type { FromSealer, SealInit, ToSealer } from './seal-messages.ts';

/** The main loop of a sealing thread. */
export function startSealing(port: MessagePort, init: SealInit, life: ThreadLife): void {
  const post = (message: FromSealer, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const credits = new Credits(init.credits, init.creditBytes);
  const sink: PackSink = {
    piece: (pack, bytes) => {
      credits.take(bytes.length);
      post({ type: 'piece', pack, bytes }, [bytes.buffer]);
    },
    // This thread has no time for messages while it works: it asks when it needs memory.
    memory: () => receiveMessageOnPort(init.returns)?.message as ArrayBuffer | undefined,
    finished: (pack, { size, identity, directory, blobs }) =>
      post({ type: 'pack', pack, sealed: { size, ...identity, directory, blobs } }),
  };
  const table = new FingerprintTable(init.levels);
  const packs = new PackSet(init, sink);
  const encoder = new FrameEncoder(init.compression, { now: monotonic, waitedMs: () => credits.waitedMs });
  const idKey = createSecretKey(init.idKey);
  const frames = new FrameBuilder({ idKey, table, packs, encoder, frame: life.memory('frame', init.frameBytes) });
  const sealer = new FileSealer(frames, createCutter(gearTable(init.gearKey), init.chunks), life.memory);
  let known = init.levels.length;
  const take = (message: ToSealer): void => {
    if (message.type === 'rest') {
      port.off('message', take);
      life.rest();
      return;
    }
    if (message.type === 'flush' || message.type === 'finish') {
      frames.flush();
      packs.finish();
      if (message.type === 'finish') post({ type: 'finished', claimed: frames.claimed, contents: encoder.reports });
      return;
    }
    for (const level of message.levels.slice(known)) table.addLevel(level);
    known = Math.max(known, message.levels.length);
    if (message.type === 'bytes') {
      const { id, memory } = message;
      const files = encodeOutcomes([sealChunks(frames, message)]);
      post({ type: 'outcome', id, files, memory }, [files, memory]);
      return;
    }
    const files = encodeOutcomes(decodeJobs(message.files).map((task) => sealer.seal(task)));
    post({ type: 'outcome', id: message.id, files }, [files]);
  };
  port.on('message', take);
}

/** What it has of them when this returns is its own: the memory can be used again. */
function sealChunks(
  frames: FrameBuilder,
  parts: { readonly memory: ArrayBuffer; readonly lengths: readonly number[]; readonly kind: ContentKind },
): FileRead {
  const { memory, lengths, kind } = parts;
  const newBefore = frames.bytesNew;
  let at = 0;
  const content = lengths.map((length) => {
    at += length;
    return frames.add(Buffer.from(memory, at - length, length), kind);
  });
  return { ok: true, content, torn: false, bytesNew: frames.bytesNew - newBefore };
}
