import { randomInt } from 'node:crypto';

import type { Encoded } from '../codec/codec.ts';
import { KIND } from '../envelope/header.ts';
import type { PieceMemory } from '../envelope/seal-stream.ts';
import { newPackId, packName } from '../layout/names.ts';
import type { PackedBlob } from '../pack/directory.ts';
import type { FrameSpan } from '../pack/extent.ts';
import { type FinishedPack, PackWriter } from '../pack/pack-writer.ts';
import { SealCheck, type SealCheckOptions } from './seal-check.ts';

/** Where and how packs are written. */
export interface PackTarget {
  readonly repositoryId: Uint8Array;
  readonly label: Uint8Array;
  readonly session: string;
  readonly packKey: Uint8Array;
  /** A pack ends when it holds this many bytes. */
  readonly packBytes: number;
  /** Packs open at a time; each frame goes to one of them at random, so that a pack's size says little of any file. */
  readonly openPacks: number;
  /** Absent: nothing is opened again. */
  readonly check?: SealCheckOptions | undefined;
}

interface OpenPack {
  readonly id: string;
  readonly writer: PackWriter;
  readonly check: SealCheck | undefined;
}

/** Told of stored bytes and of finished packs. */
export interface PackSink {
  piece(pack: string, bytes: Buffer<ArrayBuffer>): void;
  /** Memory of a piece that is stored. */
  readonly memory?: PieceMemory | undefined;
  finished(pack: string, result: FinishedPack): void;
}

/** The packs that are being filled. */
export class PackSet {
  readonly #target: PackTarget;
  readonly #sink: PackSink;
  readonly #open: OpenPack[] = [];

  constructor(target: PackTarget, sink: PackSink) {
    this.#target = target;
    this.#sink = sink;
  }

  #start(): OpenPack {
    const { repositoryId, label, session, packKey } = this.#target;
    const id = newPackId();
    const name = packName(Buffer.from(label).toString('hex'), session, id);
    const context = { repositoryId, label, kind: KIND.pack, name };
    const check = this.#target.check && new SealCheck(this.#target.check, packKey, context);
    const emit = (bytes: Buffer<ArrayBuffer>): void => {
      check?.piece(bytes);
      this.#sink.piece(id, bytes);
    };
    const pack = { id, check, writer: new PackWriter(packKey, context, emit, this.#sink.memory) };
    this.#open.push(pack);
    return pack;
  }

  addFrame(raw: Uint8Array, blobs: readonly PackedBlob[], encode: (raw: Uint8Array) => Encoded): void {
    const choice = this.#target.openPacks > 1 ? randomInt(this.#target.openPacks) : 0;
    const pack = this.#open[choice] ?? this.#start();
    const add = (): FrameSpan => pack.writer.addFrame(raw, blobs, encode);
    if (pack.check === undefined) add();
    else pack.check.frame(blobs, add);
    if (pack.writer.content >= this.#target.packBytes) this.#finish(pack);
  }

  #finish({ id, writer, check }: OpenPack): void {
    this.#open.splice(
      this.#open.findIndex((pack) => pack.id === id),
      1,
    );
    const finished = writer.finish();
    check?.finish(finished.size);
    this.#sink.finished(id, finished);
  }

  /** Ends all packs. */
  finish(): void {
    for (const pack of this.#open.slice()) this.#finish(pack);
  }
}
